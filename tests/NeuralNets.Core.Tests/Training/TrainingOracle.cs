using System.Numerics;
using System.Text.Json;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Optimizers.Schedules;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>A trajectory of mini-batch training by PyTorch in float64: see Oracle/README.md.</summary>
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
    OracleParameters Initial,
    OracleStep[] Steps,
    double FinalCost,
    double[][] FinalOutputsBySample)
{
    private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public const int Epochs = 6;

    public static TrainingOracle Load(string name) => JsonSerializer.Deserialize<TrainingOracle>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Training", "Oracle", "Training", $"{name}.json")), s_options)!;

    public int StepsPerEpoch => Steps.Length / Epochs;

    public Dataset<T> Samples<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IEnumerable<T[]> rows = FeaturesBySample.Select(row => Array.ConvertAll(row, T.CreateChecked));
        Dataset<T> set = Output == "softmax"
            ? Dataset<T>.FromRows(rows, Targets.Deserialize<int[]>()!, Sizes[^1])
            : Dataset<T>.FromRows(rows, Targets.Deserialize<double[][]>()!.Select(row => Array.ConvertAll(row, T.CreateChecked)));
        return SampleWeights is null ? set : set.WithWeights(SampleWeights);
    }

    public Network<T> InitialNetwork<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ILayerActivation<T> hidden = Hidden == "relu" ? new Relu<T>() : new Tanh<T>();
        ILayerActivation<T> output = Output switch
        {
            "softmax" => new Softmax<T>(),
            "sigmoid" => new Sigmoid<T>(),
            _ => new Identity<T>(),
        };
        int last = Sizes.Length - 2;
        return new Network<T>(Enumerable.Range(0, last + 1).Select(l => new DenseLayer<T>(
            Matrix<T>.Build.DenseOfRowArrays(Initial.Weights[l].Select(row => Array.ConvertAll(row, T.CreateChecked))),
            MathNet.Numerics.LinearAlgebra.Vector<T>.Build.Dense(Array.ConvertAll(Initial.Biases[l], T.CreateChecked)),
            l == last ? output : hidden)));
    }

    public GradientDescentTrainer<T> Trainer<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var trainer = new GradientDescentTrainer<T>(InitialNetwork<T>())
        {
            LearningRate = Rate,
            Optimizer = CreateOptimizer(),

            // Four steps of warm-up, three of which are an epoch.
            Schedule = Name.EndsWith("scheduled", StringComparison.Ordinal) ? new CosineDecay(Epochs, warmUpEpochs: 4.0 / 3) : null,
            L1 = L1,
            L2 = L2,
            MaxGradientNorm = MaxGradientNorm,
            BatchSize = FullBatch ? null : 8,
            Loss = Loss switch
            {
                "cross-entropy" => new CrossEntropyLoss<T>(labelSmoothing: LabelSmoothing),
                "binary-cross-entropy" => new BinaryCrossEntropyLoss<T>(LabelSmoothing, PositiveWeights),
                "mean-squared-error" => new MeanSquaredErrorLoss<T>(),
                "mean-absolute-error" => new MeanAbsoluteErrorLoss<T>(),
                _ => new HuberLoss<T>(Delta),
            },
        };
        trainer.Hooks.Order = epoch => [.. Steps.Skip(epoch * StepsPerEpoch).Take(StepsPerEpoch).SelectMany(step => step.Samples)];
        return trainer;
    }

    private Optimizer CreateOptimizer()
    {
        double Number(string name, double otherwise) => Settings.TryGetValue(name, out JsonElement value) ? value.GetDouble() : otherwise;
        double[] betas = Settings.TryGetValue("betas", out JsonElement pair) ? pair.Deserialize<double[]>()! : [];
        return Optimizer switch
        {
            "sgd" => new Sgd(Number("momentum", 0), Settings.ContainsKey("nesterov")),
            "rmsprop" => new RmsProp(Number("alpha", 0), Number("eps", 0)),
            "adam" => new Adam(betas[0], betas[1], Number("eps", 0)),
            "adamw" => new AdamW(Number("weight_decay", 0), betas[0], betas[1], Number("eps", 0)),
            _ => throw new InvalidDataException(Optimizer),
        };
    }

    /// <summary>The cost of an epoch, of all its samples by weight.</summary>
    public double CostOf(int epoch)
    {
        double Weight(OracleStep step) => step.Samples.Sum(sample => SampleWeights?[sample] ?? 1);
        OracleStep[] steps = [.. Steps.Skip(epoch * StepsPerEpoch).Take(StepsPerEpoch)];
        return steps.Sum(step => step.Cost * Weight(step)) / steps.Sum(Weight);
    }
}

internal sealed record OracleParameters(double[][][] Weights, double[][] Biases);

internal sealed record OracleStep(
    int[] Samples, double Rate, double Cost, double GradientNorm, double[][][] Weights, double[][] Biases);
