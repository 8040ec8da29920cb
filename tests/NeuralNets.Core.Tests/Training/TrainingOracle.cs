using System.Numerics;
using System.Text.Json;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>A reference trajectory of mini-batch training, step by step: see Oracle/README.md.</summary>
internal sealed record TrainingOracle(
    string Name,
    int[] Sizes,
    string Hidden,
    string Output,
    string Loss,
    string Optimizer,
    Dictionary<string, JsonElement> Settings,
    double Rate,
    double L1,
    double L2,
    double[]? SampleWeights,
    double LabelSmoothing,
    double[]? PositiveWeights,
    double Delta,
    double? MaxGradientNorm,
    bool FullBatch,
    double[][] FeaturesBySample,
    JsonElement Targets,
    TrainingOracle.Parameters Initial,
    TrainingOracle.Step[] Steps,
    double FinalCost,
    double[][] FinalOutputsBySample)
{
    private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Weights by layer, row and column, and biases by layer.</summary>
    public sealed record Parameters(double[][][] Weights, double[][] Biases);

    /// <summary>The samples of a step, its rate, the mean cost of the batch before the update, and all parameters after it.</summary>
    public sealed record Step(int[] Samples, double Rate, double Cost, double GradientNorm, double[][][] Weights, double[][] Biases);

    /// <summary>The number of samples.</summary>
    public int Count => FeaturesBySample.Length;

    /// <summary>The number of samples of a step; null for all of them.</summary>
    public int? BatchSize => FullBatch ? null : Steps[0].Samples.Length;

    public int StepsPerEpoch => FullBatch ? 1 : (Count + BatchSize!.Value - 1) / BatchSize.Value;

    public int Epochs => Steps.Length / StepsPerEpoch;

    public static TrainingOracle Load(string name) => JsonSerializer.Deserialize<TrainingOracle>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Training", "Oracle", $"{name}.json")), s_options)!;

    /// <summary>The network with the initial parameters.</summary>
    public Network<T> InitialNetwork<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IActivation<T> hidden = Hidden switch
        {
            "tanh" => new Tanh<T>(),
            "relu" => new Relu<T>(),
            "sigmoid" => new Sigmoid<T>(),
            _ => throw new InvalidDataException(Hidden),
        };
        int last = Sizes.Length - 2;
        return new Network<T>(Enumerable.Range(0, last + 1).Select(l =>
        {
            Matrix<T> weights = Matrix<T>.Build.DenseOfRowArrays(
                Initial.Weights[l].Select(row => row.Select(T.CreateChecked).ToArray()));
            var biases = MathNet.Numerics.LinearAlgebra.Vector<T>.Build.DenseOfEnumerable(Initial.Biases[l].Select(T.CreateChecked));
            return (l == last ? Output : "hidden") switch
            {
                "hidden" => new DenseLayer<T>(weights, biases, hidden),
                "softmax" => new DenseLayer<T>(weights, biases, new Softmax<T>()),
                "sigmoid" => new DenseLayer<T>(weights, biases, new Sigmoid<T>()),
                "linear" => new DenseLayer<T>(weights, biases, new Identity<T>()),
                _ => throw new InvalidDataException(Output),
            };
        }));
    }

    /// <summary>The samples at <paramref name="indices"/>, in that order, without weights: class labels for softmax, values
    /// otherwise.</summary>
    public Dataset<T> Samples<T>(params int[] indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> features = Matrix<T>.Build.DenseOfColumnArrays(
            indices.Select(i => FeaturesBySample[i].Select(T.CreateChecked).ToArray()));
        if (Output == "softmax")
        {
            int[] labels = Targets.Deserialize<int[]>()!;
            return Dataset<T>.FromMatrix(features, [.. indices.Select(i => labels[i])], Sizes[^1]);
        }

        double[][] values = Targets.Deserialize<double[][]>()!;
        return Dataset<T>.FromMatrix(
            features, Targets<T>.FromValues([.. indices.SelectMany(i => values[i]).Select(T.CreateChecked)], Sizes[^1]));
    }

    /// <summary>Trains in double as the reference was, and compares the cost of every step, all parameters after every step, the costs
    /// that epochs report, and cost and outputs of the trained network: within the tolerance relative to each value, or, of one that
    /// is nearly zero, to a thousandth of the largest.</summary>
    /// <param name="configure">Sets the loss, the optimizer and what else the reference has beside batch size and rate.</param>
    /// <param name="weigh">Gives a set its sample weights; null if the reference has none.</param>
    /// <param name="tolerance">The tolerance.</param>
    public void Follow(
        Action<GradientDescentTrainer<double>> configure,
        Func<Dataset<double>, double[], Dataset<double>>? weigh = null,
        double tolerance = 1e-10)
    {
        Network<double> network = InitialNetwork<double>();
        var after = new List<Network<double>> { network.Clone() };
        var trainer = new GradientDescentTrainer<double>(network)
        {
            LearningRate = Rate,
            BatchSize = BatchSize,
            Hooks = { WorkerCount = 1, CutsFirstLayerByUnits = false, OnStep = _ => after.Add(network.Clone()) },
        };
        configure(trainer);
        Dataset<double> Take(int[] indices) => weigh is null
            ? Samples<double>(indices)
            : weigh(Samples<double>(indices), [.. indices.Select(i => SampleWeights![i])]);
        double WeightOf(int[] indices) => indices.Sum(i => SampleWeights?[i] ?? 1);
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            Step[] steps = Steps[(epoch * StepsPerEpoch)..((epoch + 1) * StepsPerEpoch)];
            double cost = trainer.Fit(Take(ArrangeForShuffle(steps, trainer.Seed, epoch)), 1).Epochs[0].Training.Cost.Mean;

            double expected = steps.Sum(step => step.Cost * WeightOf(step.Samples)) / steps.Sum(step => WeightOf(step.Samples));
            Compare($"cost of epoch {epoch}", [cost], [expected], tolerance);
        }

        after.Should().HaveCount(Steps.Length + 1);
        for (int s = 0; s < Steps.Length; s++)
        {
            double cost = after[s].Evaluate(Take(Steps[s].Samples), trainer.Loss).Cost.Mean;
            Compare($"cost of step {s}", [cost], [Steps[s].Cost], tolerance);
            for (int l = 0; l < network.Layers.Count; l++)
            {
                DenseLayer<double> layer = after[s + 1].Layers[l];
                Compare($"step {s}, weights of layer {l}", layer.Weights.ToRowMajorArray(), Steps[s].Weights[l].SelectMany(row => row),
                    tolerance);
                Compare($"step {s}, biases of layer {l}", layer.Biases, Steps[s].Biases[l], tolerance);
            }
        }

        Dataset<double> all = Take([.. Enumerable.Range(0, Count)]);
        Compare("final cost", [network.Evaluate(all, trainer.Loss).Cost.Mean], [FinalCost], tolerance);
        Compare("final outputs", network.Predict(all).ToColumnMajorArray(), FinalOutputsBySample.SelectMany(row => row), tolerance);
    }

    /// <summary>Returns an order of the samples that the trainer's shuffle of the epoch turns into that of the reference.</summary>
    private int[] ArrangeForShuffle(Step[] steps, long seed, int epoch)
    {
        int[] wanted = [.. steps.SelectMany(step => step.Samples)];
        if (FullBatch)
        {
            return wanted;
        }

        int[] shuffled = new int[Count];
        RandomSequence.ForShuffle(seed, epoch).Permutation(shuffled);
        int[] arranged = new int[Count];
        for (int i = 0; i < Count; i++)
        {
            arranged[shuffled[i]] = wanted[i];
        }

        return arranged;
    }

    private static void Compare(string what, IEnumerable<double> actual, IEnumerable<double> expected, double tolerance)
    {
        double[] reference = [.. expected];
        double[] values = [.. actual];
        values.Should().HaveSameCount(reference);
        double floor = 1e-3 * reference.Max(Math.Abs);
        for (int i = 0; i < values.Length; i++)
        {
            double error = Math.Abs(values[i] - reference[i]) / Math.Max(Math.Abs(reference[i]), floor);
            error.Should().BeLessThanOrEqualTo(tolerance, $"{what} {i} is {values[i]:R} and should be {reference[i]:R}");
        }
    }
}
