using NeuralNets.Core.Activations;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Core.Tests;

public class LayerSpecTests
{
    [Fact]
    public void Constructor_NoInitializer_TakesHeForReluKindsAndGlorotForOthers()
    {
        new LayerSpec<float>(3, new Relu<float>()).Initializer.Should().BeOfType<HeUniform>();
        new LayerSpec<float>(3, new LeakyRelu<float>()).Initializer.Should().BeOfType<HeUniform>();
        new LayerSpec<float>(3, new Sigmoid<float>()).Initializer.Should().BeOfType<GlorotUniform>();
        new LayerSpec<float>(3, new Tanh<float>()).Initializer.Should().BeOfType<GlorotUniform>();
        new LayerSpec<float>(3, new Identity<float>()).Initializer.Should().BeOfType<GlorotUniform>();
        new LayerSpec<float>(3, new Softmax<float>()).Initializer.Should().BeOfType<GlorotUniform>();
    }

    [Fact]
    public void Constructor_Arguments_KeepsThem()
    {
        var activation = new Tanh<double>();
        var initializer = new RandomNormal();

        var hidden = new LayerSpec<double>(5, activation, initializer);
        var output = new LayerSpec<double>(2, new Softmax<double>(), initializer);

        hidden.UnitCount.Should().Be(5);
        hidden.Activation.Should().BeSameAs(activation);
        hidden.Initializer.Should().BeSameAs(initializer);
        output.UnitCount.Should().Be(2);
        output.Activation.Should().BeOfType<Softmax<double>>();
        output.Initializer.Should().BeSameAs(initializer);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-4)]
    public void Constructor_NoUnits_ThrowsArgumentOutOfRange(int units)
    {
        Action create = () => _ = new LayerSpec<float>(units, new Relu<float>());

        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(units))
            .WithMessage($"*must be a non-negative and non-zero value*{units}*");
    }

    [Theory]
    [InlineData(1)]
    public void Constructor_SoftmaxOfOneClass_NamesSigmoid(int units)
    {
        Action create = () => _ = new LayerSpec<float>(units, new Softmax<float>());

        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(units))
            .WithMessage($"A softmax needs at least 2 classes*Sigmoid*{units}*");
    }

    [Fact]
    public void Constructor_NullFunction_ThrowsArgumentNull()
    {
        Action create = () => _ = new LayerSpec<float>(3, null!);

        create.Should().Throw<ArgumentNullException>().WithParameterName("activation");
    }
}
