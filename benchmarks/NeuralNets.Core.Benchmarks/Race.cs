using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// Trains on MNIST and measures like the programs that it is compared with: an epoch's time covers the shuffle, the gathering and
/// the steps; evaluation is not in it, except with --full, where an epoch is one step and both accuracies. Prints one JSON line.
/// </summary>
internal static class Race
{
    private const string Usage =
        "race --data DIR [--batch 64] [--threads 2] [--epochs 8] [--sizes 784-128-32-10] [--lr 0.1] [--decay] [--full] [--samples 60000] "
        + "[--type float|double] [--target 0.98] [--seed 1] [--backend managed|mkl|mathnet] "
        + "[--output softmax|sigmoid|multilabel|identity] [--optimizer sgd|momentum|nesterov|rmsprop|adam|adamw] "
        + "[--floats] [--mapped]";

    private const int FullBatchSamples = 20_000;

    private sealed record Options(
        string Data,
        int Batch,
        int Threads,
        int Epochs,
        int[] Sizes,
        double LearningRate,
        bool Decay,
        bool Full,
        int? Samples,
        double? Target,
        long Seed,
        GemmBackend Backend,
        string Output,
        Optimizer Optimizer,
        bool Floats = false,
        bool Mapped = false);

    public static int Run(string[] args)
    {
        string? data = null;
        string type = "float";
        var options = new Options(
            "", 64, 2, 8, [784, 128, 32, 10], 0.1, false, false, null, null, 1, ManagedBackend.Instance, "softmax", new Sgd());
        try
        {
            for (int i = 0; i < args.Length; i++)
            {
                switch (args[i])
                {
                    case "--data":
                        data = args[++i];
                        break;
                    case "--batch":
                        options = options with { Batch = int.Parse(args[++i], CultureInfo.InvariantCulture) };
                        break;
                    case "--threads":
                        options = options with { Threads = int.Parse(args[++i], CultureInfo.InvariantCulture) };
                        break;
                    case "--epochs":
                        options = options with { Epochs = int.Parse(args[++i], CultureInfo.InvariantCulture) };
                        break;
                    case "--sizes":
                        options = options with
                        {
                            Sizes = [.. args[++i].Split('-').Select(size => int.Parse(size, CultureInfo.InvariantCulture))],
                        };
                        break;
                    case "--lr":
                        options = options with { LearningRate = double.Parse(args[++i], CultureInfo.InvariantCulture) };
                        break;
                    case "--optimizer":
                        options = options with { Optimizer = CreateOptimizer(args[++i]) };
                        break;
                    case "--decay":
                        options = options with { Decay = true };
                        break;
                    case "--full":
                        options = options with { Full = true };
                        break;
                    case "--floats":
                        options = options with { Floats = true };
                        break;
                    case "--mapped":
                        options = options with { Mapped = true };
                        break;
                    case "--samples":
                        options = options with { Samples = int.Parse(args[++i], CultureInfo.InvariantCulture) };
                        break;
                    case "--type":
                        type = args[++i];
                        break;
                    case "--target":
                        options = options with { Target = double.Parse(args[++i], CultureInfo.InvariantCulture) };
                        break;
                    case "--seed":
                        options = options with { Seed = long.Parse(args[++i], CultureInfo.InvariantCulture) };
                        break;
                    case "--output":
                        options = options with { Output = args[++i] };
                        break;
                    case "--backend":
                        options = options with { Backend = NamedBackends.Create(args[++i]) };
                        break;
                    default:
                        throw new FormatException($"There is no option {args[i]}.");
                }
            }
        }
        catch (Exception exception)
            when (exception is FormatException or OverflowException or IndexOutOfRangeException or NotSupportedException)
        {
            Console.Error.WriteLine($"{exception.Message}\nusage: {Usage}");
            return 2;
        }

        if (data is null
            || type is not ("float" or "double")
            || options.Output is not ("softmax" or "sigmoid" or "multilabel" or "identity"))
        {
            Console.Error.WriteLine($"usage: {Usage}");
            return 2;
        }

        options = options with { Data = data, Sizes = [.. options.Sizes[..^1], options.Output == "sigmoid" ? 1 : options.Sizes[^1]] };
        Dictionary<string, object?> figures = type == "double" ? Measure<double>(options) : Measure<float>(options);
        Console.WriteLine(JsonSerializer.Serialize(figures));
        return 0;
    }

    private static Optimizer CreateOptimizer(string name) => name switch
    {
        "sgd" => new Sgd(),
        "momentum" => new Sgd(momentum: 0.9),
        "nesterov" => new Sgd(momentum: 0.9, nesterov: true),
        "rmsprop" => new RmsProp(),
        "adam" => new Adam(),
        "adamw" => new AdamW(),
        _ => throw new FormatException($"There is no optimizer {name}."),
    };

    private static Dictionary<string, object?> Measure<T>(Options options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dataset<T> training = WithTargets(Load<T>(options.Data, "train"), options.Output);
        Dataset<T> test = WithTargets(Load<T>(options.Data, "t10k"), options.Output);
        if (options.Samples is { } samples)
        {
            training = training.Take(samples);
        }
        else if (options.Full)
        {
            training = training.Take(FullBatchSamples);
        }

        Network<T> network = CreateNetwork<T>(options.Sizes, options.Seed, options.Output);
        var trainer = new GradientDescentTrainer<T>(network)
        {
            LearningRate = options.LearningRate,
            BatchSize = options.Full ? null : options.Batch,
            Seed = options.Seed,
            MaxDegreeOfParallelism = options.Threads,
            Backend = options.Backend,
            Optimizer = options.Optimizer,
        };
        if (options.Floats)
        {
            training = Dataset<T>.FromMatrix(training.ToMatrix(), training.Targets);
        }

        if (options.Mapped)
        {
            training = ThroughFile(training);
        }

        var figures = new Dictionary<string, object?>
        {
            ["peer"] = "NeuralNets.Core",
            ["config"] = string.Create(
                CultureInfo.InvariantCulture,
                $"{(options.Full ? "full-batch " : "")}{string.Join('-', options.Sizes)} {(IsDefault(options) ? "" : options.Output + " ")}"
                    + $"{typeof(T).Name} {options.Optimizer} lr "
                    + $"{options.LearningRate}{(options.Decay ? " to 0" : "")} {(options.Floats ? "number" : "byte")} data"
                    + $"{(options.Mapped ? " in a file" : "")}, {Kernels.Simd.Width}"),
            ["batch"] = options.Full ? training.Count : options.Batch,
            ["samples"] = training.Count,
            ["threads"] = options.Threads,
            ["backend"] = options.Backend.Name,
        };

        using var recorder = new Recorder(options.Target);
        try
        {
            figures["workers"] = Fit(trainer, training, options.Epochs, options.Decay, test, recorder);
        }
        catch (OperationCanceledException)
        {
            // The target accuracy was reached.
        }

        double[] epochs = options.Full ? recorder.WallSeconds : recorder.TrainingSeconds;
        figures["epochs"] = recorder.Epochs.Count;
        if (options.Full)
        {
            figures["seconds_per_epoch_best"] = Round(epochs.Min(), 5);
            figures["seconds_per_epoch_median"] = Round(Median(epochs), 5);
            figures["cost_last"] = recorder.Epochs[^1].Training.Cost.Mean;
        }
        else
        {
            figures["train_sps_best"] = Math.Round(training.Count / epochs.Min());
            figures["train_sps_median"] = Math.Round(training.Count / Median(epochs));
        }

        figures["test_accuracy"] = recorder.Epochs[^1].Validation!.Accuracy;
        if (!IsDefault(options))
        {
            figures["test_cost"] = recorder.Epochs[^1].Validation!.Cost.Mean;
        }

        figures["time_to_97"] = recorder.TimeTo(0.97);
        figures["time_to_98"] = recorder.TimeTo(0.98);
        if (!options.Full)
        {
            MeasurePrediction(network, test, options, figures);
        }

        return figures;
    }

    private static bool IsDefault(Options options) => options.Output == "softmax";

    /// <summary>Writes a data set to a temporary file, and opens that. The file is deleted at once, and stays as long as it is mapped.
    /// </summary>
    private static Dataset<T> ThroughFile<T>(Dataset<T> set)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        DatasetFile.Save(path, set);
        Dataset<T> opened = DatasetFile.Open<T>(path);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return opened;
    }

    /// <summary>Gives the images the targets of an output: whether the digit is below 5; or a value for each digit, 1 for that of the image
    /// and 0 for the others.</summary>
    private static Dataset<T> WithTargets<T>(Dataset<T> images, string output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => output switch
        {
            "sigmoid" => images.WithTargets(Targets<T>.FromLabels([.. images.Labels.ToArray().Select(label => label < 5 ? 1 : 0)], 2)),
            "multilabel" or "identity" => images.WithTargets(Targets<T>.FromValues(
                OneHot.Encode<T>(images.Labels, images.ClassCount).AsColumnMajorArray(), images.ClassCount)),
            _ => images,
        };

    /// <summary>Creates the peers' network: ReLU and softmax, or another output, He's uniform weights.</summary>
    internal static Network<T> CreateNetwork<T>(int[] sizes, long seed, string output = "softmax")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LayerSpec<T>[] hidden = [.. sizes[1..^1].Select(units => new LayerSpec<T>(units, new Relu<T>()))];
        ILayerActivation<T> function = output switch
        {
            "softmax" => new Softmax<T>(),
            "identity" => new Identity<T>(),
            _ => new Sigmoid<T>(),
        };
        return new Network<T>(sizes[0], [.. hidden, new LayerSpec<T>(sizes[^1], function, new HeUniform())], seed);
    }

    /// <summary>Trains at a constant rate, or at one that falls in equal parts from epoch to epoch and would be 0 after the last.</summary>
    /// <returns>The number of workers.</returns>
    internal static int Fit<T>(
        GradientDescentTrainer<T> trainer, Dataset<T> training, int epochs, bool decay, Dataset<T> validation, Recorder recorder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!decay)
        {
            return trainer.Fit(training, epochs, validation, recorder.Add, recorder.TargetReached).WorkerCount;
        }

        int workers = 0;
        double rate = trainer.LearningRate;
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            trainer.LearningRate = rate * (epochs - epoch) / epochs;
            recorder.Continue();
            workers = trainer.Fit(training, 1, validation, recorder.Add, recorder.TargetReached).WorkerCount;
        }

        return workers;
    }

    /// <summary>Measures all test images at once, as numbers in memory: best of 25. And one image at a time: median of 200 runs of
    /// 50.</summary>
    private static void MeasurePrediction<T>(Network<T> network, Dataset<T> test, Options options, Dictionary<string, object?> figures)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> images = test.ToMatrix();
        T[] values = images.AsColumnMajorArray();
        double[] seconds = new double[100];
        for (int run = 0; run < seconds.Length; run++)
        {
            long start = Stopwatch.GetTimestamp();
            if (options.Output is "softmax" or "sigmoid")
            {
                network.PredictLabels(images, options.Threads, options.Backend);
            }
            else
            {
                network.Predict(images, options.Threads, options.Backend);
            }

            seconds[run] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        double[] last = seconds[^25..];
        figures["infer_sps"] = Math.Round(test.Count / last.Min());
        figures["infer_sps_median"] = Math.Round(test.Count / Median(last));

        const int Images = 50;
        T[] probabilities = new T[network.OutputCount];
        double[] latencies = new double[200];
        for (int warm = 0; warm < 5; warm++)
        {
            for (int run = 0; run < latencies.Length; run++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < Images; i++)
                {
                    network.Predict(
                        values.AsSpan(((run * Images) + i) * network.InputCount, network.InputCount), probabilities, options.Backend);
                }

                latencies[run] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Images;
            }
        }

        figures["latency_us"] = Round(Median(latencies), 3);
        figures["latency_us_min"] = Round(latencies.Min(), 3);
    }

    internal static Dataset<T> Load<T>(string folder, string prefix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string Find(string name) =>
            File.Exists(Path.Combine(folder, name)) ? Path.Combine(folder, name) : Path.Combine(folder, name + ".gz");
        return Dataset<T>.FromImages(IdxReader.ReadImages(Find($"{prefix}-images-idx3-ubyte"), Find($"{prefix}-labels-idx1-ubyte")));
    }

    internal static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double Round(double value, int digits) => Math.Round(value, digits);

    /// <summary>Keeps the epochs' results and times, and cancels when the target is reached.</summary>
    internal sealed class Recorder(double? target) : IDisposable
    {
        private readonly CancellationTokenSource _source = new();
        private readonly List<long> _stamps = [Stopwatch.GetTimestamp()];
        private TimeSpan _before;

        public List<EpochResult> Epochs { get; } = [];

        public CancellationToken TargetReached => _source.Token;

        /// <summary>Seconds of training of each epoch.</summary>
        public double[] TrainingSeconds =>
            [.. Epochs.Select((epoch, i) => (epoch.TrainingTime - (i == 0 ? TimeSpan.Zero : Epochs[i - 1].TrainingTime)).TotalSeconds)];

        /// <summary>Seconds from report to report, evaluation included.</summary>
        public double[] WallSeconds =>
            [.. _stamps.Zip(_stamps.Skip(1), (from, to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds)];

        public void Dispose() => _source.Dispose();

        public double TimeTo(double accuracy) =>
            Epochs.Find(epoch => epoch.Validation!.Accuracy >= accuracy) is { } reached ? Round(reached.TrainingTime.TotalSeconds, 3) : -1;

        /// <summary>Starts another call of Fit, whose time continues that of the last.</summary>
        public void Continue() => _before = Epochs.Count == 0 ? TimeSpan.Zero : Epochs[^1].TrainingTime;

        public void Add(EpochResult value)
        {
            Epochs.Add(value with { TrainingTime = _before + value.TrainingTime });
            _stamps.Add(Stopwatch.GetTimestamp());
            if (value.Validation!.Accuracy >= target)
            {
                _source.Cancel();
            }
        }
    }
}
