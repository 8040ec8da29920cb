using System.Numerics;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tests.Backends;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>Training follows PyTorch in float64: the cost of each epoch, all parameters after each step, the outputs at the end.</summary>
public sealed class TrainingOracleTests
{
    public static TheoryData<string> Names =>
    [
        .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Training", "Oracle", "Training"), "*.json")
            .Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_InDouble_FollowsEveryStepTo1EMinus10(string name)
    {
        Check<double>(name, 1e-10, workers: 1, byUnits: false);
        Check<double>(name, 1e-10, workers: 3, byUnits: false);
    }

    /// <summary>A step in float perturbs a parameter by the rounding of the update and of the gradient, some 2⁻²⁴ of each; the errors of 18
    /// steps pass on nearly unamplified, and chains are short. Where a gradient is near 0, rules that divide by its size turn its
    /// rounding into a part of a whole step.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_InFloat_FollowsToRounding(string name)
    {
        bool divides = name.Contains("adam", StringComparison.Ordinal) || name.Contains("rmsprop", StringComparison.Ordinal);
        Check<float>(name, divides ? 2e-3 : 2e-5, workers: 1, byUnits: false);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_ByMathNet_FollowsEveryStep(string name) => Check<double>(name, 1e-9, 1, false, "mathnet");

    [MklTheory]
    [MemberData(nameof(Names))]
    public void Fit_ByMkl_FollowsEveryStep(string name) => Check<double>(name, 1e-9, 1, false, "mkl");

    private static void Check<T>(string name, double tolerance, int workers, bool byUnits, string backend = "managed")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TrainingOracle oracle = TrainingOracle.Load(name);
        GradientDescentTrainer<T> trainer = oracle.Trainer<T>().With(workers, byUnits);
        trainer.Backend = TestBackends.Create(backend);
        Dataset<T> samples = oracle.Samples<T>();
        Network<T> network = trainer.Network;
        int step = 0;
        if (workers == 1)
        {
            // Only then have all parts of the step's update been made.
            trainer.Hooks.OnStep = _ => CompareParameters(network, oracle.Steps[step++], tolerance, $"step {step}");
        }

        TrainingResult result = trainer.Fit(samples, TrainingOracle.Epochs);

        step.Should().Be(workers == 1 ? oracle.Steps.Length : 0);
        CompareParameters(network, oracle.Steps[^1], tolerance, "the end");
        for (int epoch = 0; epoch < TrainingOracle.Epochs; epoch++)
        {
            if (oracle.MaxGradientNorm is not null)
            {
                double norm = oracle.Steps.Skip(epoch * oracle.StepsPerEpoch).Take(oracle.StepsPerEpoch).Average(it => it.GradientNorm);
                Compare(result.Epochs[epoch].GradientNorm!.Value, norm, tolerance, 0, $"the norm of epoch {epoch}");
            }

            Compare(result.Epochs[epoch].LearningRate, oracle.Steps[((epoch + 1) * oracle.StepsPerEpoch) - 1].Rate, 1e-14, 0,
                $"the rate of epoch {epoch}");
            Compare(result.Epochs[epoch].Training.Cost.Mean, oracle.CostOf(epoch), tolerance, 0, $"the cost of epoch {epoch}");
        }

        Compare(network.Evaluate(samples, trainer.Loss).Cost.Mean, oracle.FinalCost, tolerance, 0, "the final cost");
        T[] outputs = network.Predict(samples.ToMatrix()).ToColumnMajorArray();
        double[] expected = [.. oracle.FinalOutputsBySample.SelectMany(row => row)];
        for (int i = 0; i < expected.Length; i++)
        {
            Compare(double.CreateChecked(outputs[i]), expected[i], tolerance, 0.1, $"output {i}");
        }
    }

    private static void CompareParameters<T>(Network<T> network, OracleStep step, double tolerance, string where)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int l = 0; l < network.Layers.Count; l++)
        {
            double[] weights = [.. step.Weights[l].SelectMany(row => row)];
            T[] actual = network.Layers[l].Weights.ToRowMajorArray();
            for (int i = 0; i < weights.Length; i++)
            {
                Compare(double.CreateChecked(actual[i]), weights[i], tolerance, 0.05, $"weight {i} of layer {l} at {where}");
            }

            for (int i = 0; i < step.Biases[l].Length; i++)
            {
                Compare(double.CreateChecked(network.Layers[l].Biases[i]), step.Biases[l][i], tolerance, 0.05,
                    $"bias {i} of layer {l} at {where}");
            }
        }
    }

    /// <summary>Relative to the value, or to what values are like where it is nearly zero.</summary>
    private static void Compare(double actual, double expected, double tolerance, double floor, string what)
    {
        double error = Math.Abs(actual - expected) / Math.Max(Math.Abs(expected), floor);
        if (!(error <= tolerance))
        {
            error.Should().BeLessThanOrEqualTo(tolerance, $"{what} is {actual:R} and should be {expected:R}");
        }
    }
}
