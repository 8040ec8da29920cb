using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Tests.Backends;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>Full-batch training follows the NumPy reference: costs, accuracies, parameters, probabilities.</summary>
public sealed class OracleTests
{
    public static TheoryData<string> Activations => Trajectory.Names;

    [Theory]
    [MemberData(nameof(Activations))]
    public void Fit_InDouble_FollowsTheReferenceTo1EMinus10(string activation) => Compare<double>(activation, 1e-10);

    /// <summary>
    /// A step of gradient descent in float perturbs a parameter by the rounding of the update (u = 2⁻²⁴) and by that of the
    /// gradient times the learning rate, whose chains of m = 33 products are off by √m·u typically. Over 40 steps, which
    /// pass an error on nearly unamplified, that is 40·(1 + √33)·u ≈ 1.6e-5, and three standard deviations are 5e-5.
    /// </summary>
    [Theory]
    [MemberData(nameof(Activations))]
    public void Fit_InFloat_FollowsTheReferenceToRounding(string activation) => Compare<float>(activation, 5e-5);

    /// <summary>
    /// Another order of the terms rounds a gradient by √m·u of the sizes of its terms, not of what is left of them when they cancel:
    /// so in float the tolerance, the same as above, is one of the largest weight, or bias, of a layer.
    /// </summary>
    [MklTheory]
    [MemberData(nameof(Activations))]
    public void Fit_ByMkl_FollowsTheReference(string activation)
    {
        Compare<double>(activation, 1e-10, "mkl");
        Compare<float>(activation, 5e-5, "mkl", floorShare: 1);
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void Fit_ByMathNet_FollowsTheReference(string activation)
    {
        Compare<double>(activation, 1e-10, "mathnet");
        Compare<float>(activation, 5e-5, "mathnet", floorShare: 1);
    }

    private static void Compare<T>(string activation, double tolerance, string backendName = "managed", double floorShare = 1e-3)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        GemmBackend backend = TestBackends.Create(backendName);
        Trajectory expected = Trajectory.Load(activation);
        Network<T> network = expected.InitialNetwork<T>();
        var trainer = new GradientDescentTrainer<T>(network)
        {
            LearningRate = expected.LearningRate,
            Loss = new CrossEntropyLoss<T>(offset: 1e-9),
            Backend = backend,
        };

        TrainingResult result = trainer.Fit(expected.Samples<T>(), expected.Epochs);

        result.Backend.Should().Be(backend.Name);
        result.Epochs.Should().HaveCount(expected.Epochs);
        Compare("cost", result.Epochs.Select(epoch => epoch.Training.Cost.Sum), expected.Costs, tolerance);
        // The original counts after each update what an epoch here counts before its own: the next epoch's, and an evaluation at the end.
        Score end = network.Evaluate(expected.Samples<T>(), trainer.Loss, backend: backend);
        IEnumerable<Score> afterUpdates = [.. result.Epochs.Skip(1).Select(epoch => epoch.Training), end];
        Compare("accuracy", afterUpdates.Select(score => score.Accuracy!.Value), expected.AccuraciesAfterUpdate, 1e-15);
        for (int l = 0; l < network.Layers.Count; l++)
        {
            Compare($"weight of layer {l}", network.Layers[l].Weights.ToRowMajorArray().Select(double.CreateChecked),
                expected.Weights1[l].SelectMany(row => row), tolerance, floorShare);
            Compare(
                $"bias of layer {l}", network.Layers[l].Biases.Select(double.CreateChecked), expected.Biases1[l], tolerance, floorShare);
        }

        double[] probabilities = [.. network.Predict(expected.Samples<T>().ToMatrix(), backend: backend)
            .ToRowMajorArray().Select(double.CreateChecked)];
        Compare("probability", probabilities, expected.Probabilities.SelectMany(row => row), tolerance, floorShare);
    }

    /// <summary>Each value is within the tolerance relative to itself; a value that is nearly zero, to a share of the largest.</summary>
    private static void Compare(
        string what, IEnumerable<double> actual, IEnumerable<double> expected, double tolerance, double floorShare = 1e-3)
    {
        double[] reference = [.. expected];
        double[] values = [.. actual];
        values.Should().HaveSameCount(reference);
        double floor = floorShare * reference.Max(Math.Abs);
        for (int i = 0; i < values.Length; i++)
        {
            double error = Math.Abs(values[i] - reference[i]) / Math.Max(Math.Abs(reference[i]), floor);
            error.Should().BeLessThanOrEqualTo(tolerance, $"{what} {i} is {values[i]:R} and should be {reference[i]:R}");
        }
    }
}
