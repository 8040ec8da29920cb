using System.CommandLine;
using System.CommandLine.Invocation;
using System.Numerics;
using NeuralNets.Core;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Evaluation;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Training;
using NeuralNets.Mnist;

// Trains a network on the MNIST digits: load the images, build a network, fit it, evaluate it.
ParseResult parsed = CommandLine
    .Create((settings, inDouble) => inDouble ? Mnist.Train<double>(settings) : Mnist.Train<float>(settings))
    .Parse(args);
if (parsed.Action is ParseErrorAction error)
{
    error.ShowHelp = false; // What is wrong would scroll out of sight.
}

return parsed.Invoke();

internal static class Mnist
{
    private const int Classes = 10;

    public static int Train<T>(Settings settings)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dataset<T> training, test;
        try
        {
            training = Load<T>(settings.Data, "train");
            test = Load<T>(settings.Data, "t10k");
        }
        catch (Exception exception)
            when (exception is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }

        if (settings.Samples > training.Count)
        {
            Console.Error.WriteLine(
                $"--samples must be at most {training.Count}, the number of training images, but was {settings.Samples}.");
            return 1;
        }

        if (test.Features != training.Features)
        {
            Console.Error.WriteLine(
                $"Test images must be as large as training images, {training.Features} pixels, but have {test.Features}.");
            return 1;
        }

        training = training.Take(settings.Samples);
        Network<T> network = Build<T>(settings, training.Features);
        var trainer = new GradientDescentTrainer<T>(network)
        {
            LearningRate = settings.LearningRate,
            BatchSize = settings.Batch,
            Seed = settings.Seed,
            MaxWorkers = settings.Workers,
        };

        Console.WriteLine($"Training set: {training.Features} x {training.Count}, test set: {test.Features} x {test.Count}");
        Console.WriteLine($"Training labels: {Distribution(training)}");
        Console.WriteLine($"Test labels:     {Distribution(test)}");
        Console.WriteLine(
            $"Network: {string.Join(" | ", network.Layers)}; {network.ParameterCount:N0} parameters, {settings.Initializer}, {typeof(T).Name}");
        Console.WriteLine(
            $"Training: {settings.Epochs} epochs, {(settings.Batch is { } batch ? $"batches of {batch}" : "full batch")}, learning rate {settings.LearningRate}");

        TrainingResult result;
        try
        {
            result = trainer.Fit(training, settings.Epochs, test, new ConsoleProgress(settings.Epochs));
        }
        catch (NonFiniteCostException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }

        var confusion = new ConfusionMatrix(test.Labels, network.PredictLabels(test), Classes);
        Print(confusion);
        Console.WriteLine($"Trained in {result.TrainingTime.TotalSeconds:F2} s on {result.Workers} threads: {result.SamplesPerSecond:N0} samples/s");
        Console.WriteLine($"Test accuracy: {100 * confusion.Accuracy:F2} %");
        Console.WriteLine($"Parameters SHA-256: {network.ParametersSha256()}");
        return 0;
    }

    private static Dataset<T> Load<T>(DirectoryInfo folder, string prefix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Dataset<T>.FromImages(IdxReader.ReadImages(
            Find(folder, $"{prefix}-images-idx3-ubyte"), Find(folder, $"{prefix}-labels-idx1-ubyte")));

    /// <summary>The file, or its gzip-compressed form if only that is there.</summary>
    private static string Find(DirectoryInfo folder, string name)
    {
        string plain = Path.Combine(folder.FullName, name);
        return File.Exists(plain) ? plain : plain + ".gz";
    }

    private static Network<T> Build<T>(Settings settings, int inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IActivation<T> activation = settings.Activation switch
        {
            "relu" => new Relu<T>(),
            "leaky-relu" => new LeakyRelu<T>(),
            "sigmoid" => new Sigmoid<T>(),
            "tanh" => new Tanh<T>(),
            _ => new Identity<T>(),
        };
        IWeightInitializer initializer = settings.Initializer switch
        {
            "he-uniform" => new HeUniform(),
            "he-normal" => new HeNormal(),
            "glorot-uniform" => new GlorotUniform(),
            "glorot-normal" => new GlorotNormal(),
            _ => new Normal(),
        };
        IEnumerable<LayerSpec<T>> hidden = settings.Hidden.Select(units => new LayerSpec<T>(units, activation, initializer));
        return new Network<T>(inputs, [.. hidden, new LayerSpec<T>(Classes, new Softmax<T>(), initializer)], settings.Seed);
    }

    private static string Distribution<T>(Dataset<T> set)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        string.Join("  ", set.LabelDistribution().Select((count, label) => $"{label}: {count}"));

    private static void Print(ConfusionMatrix confusion)
    {
        Console.WriteLine("Confusion matrix (rows: the digit, columns: what it was taken for)");
        Console.WriteLine("     " + string.Concat(Enumerable.Range(0, Classes).Select(label => $"{label,6}")));
        for (int actual = 0; actual < Classes; actual++)
        {
            IEnumerable<string> row = Enumerable.Range(0, Classes).Select(predicted => $"{confusion[actual, predicted],6}");
            Console.WriteLine($"{actual,5}" + string.Concat(row));
        }
    }

    /// <summary>Prints a line every tenth epoch.</summary>
    private sealed class ConsoleProgress(int epochs) : IProgress<EpochResult>
    {
        public void Report(EpochResult result)
        {
            if (result.Epoch == 1 || result.Epoch % 10 == 0 || result.Epoch == epochs)
            {
                Console.WriteLine(
                    $"Epoch {result.Epoch,4}: cost {result.Cost.Mean:F6}, training accuracy {100 * result.TrainingAccuracy:F2} %, "
                    + $"test accuracy {100 * result.ValidationAccuracy:F2} %, {result.TrainingTime.TotalSeconds:F1} s");
            }
        }
    }
}
