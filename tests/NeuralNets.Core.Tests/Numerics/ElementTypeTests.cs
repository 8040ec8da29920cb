using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Numerics;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Numerics;

/// <summary><see cref="Half"/> meets the generic constraint; every public entry point refuses it before Math.NET fails on it.</summary>
public class ElementTypeTests
{
    public static TheoryData<string, Action> Doors => new()
    {
        { "Network of specifications", () => _ = new Network<Half>(2, [], 1) },
        { "Network of sizes", () => _ = new Network<Half>([2, 3], null!, 1) },
        { "Network of layers", () => _ = new Network<Half>([]) },
        { "LayerSpec, hidden", () => _ = new LayerSpec<Half>(2, new Relu<Half>()) },
        { "LayerSpec, output", () => _ = new LayerSpec<Half>(2, new Softmax<Half>()) },
        { "DenseLayer, hidden", () => _ = new DenseLayer<Half>(null!, null!, new Relu<Half>()) },
        { "DenseLayer, output", () => _ = new DenseLayer<Half>(null!, null!, new Softmax<Half>()) },
        { "Dataset of images", () => Dataset<Half>.FromImages(new LabeledImages(new byte[1], new byte[1], 1, 1)) },
        { "Dataset of labels", () => Dataset<Half>.FromMatrix(null!, [0], 2) },
        { "Dataset of targets", () => Dataset<Half>.FromMatrix(null!, (Matrix<Half>)null!) },
        { "OneHot.Encode", () => OneHot.Encode<Half>([0], 2) },
        { "OneHot.Decode", () => OneHot.Decode<Half>(null!) },
        { "Softmax of a matrix", () => new Softmax<Half>().Evaluate(null!) },
        { "Softmax of spans", () => new Softmax<Half>().Evaluate(new Half[2], new Half[2], 2) },
        { "Cost of labels", () => new CrossEntropyLoss<Half>().Evaluate(null!, [0]) },
        { "Gradient of labels", () => new CrossEntropyLoss<Half>().ComputeGradient(null!, [0]) },
        { "GradientDescentTrainer", () => _ = new GradientDescentTrainer<Half>(null!) },
    };

    [Theory]
    [MemberData(nameof(Doors))]
    public void Door_Half_NamesFloatAndDouble(string door, Action open) =>
        open.Should().Throw<NotSupportedException>(door).WithMessage("The element type must be float or double, but was Half.");

    [Fact]
    public void Check_FloatAndDouble_Passes()
    {
        ElementType.Check<float>();
        ElementType.Check<double>();
    }
}
