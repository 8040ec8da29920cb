using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Serialization;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>Files of others: what is ignored in them, and layers without biases. See <see cref="NetworkFileTests{T}"/>, too.</summary>
public abstract class LoadLayersTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Theory]
    [InlineData("I4", 1)]
    [InlineData("F8_E4M3FNUZ", 2)]
    [InlineData("BF16", 4)]
    [InlineData("quantized by someone", 5)]
    public void LoadLayers_OtherTensorsOfAnyType_AreIgnored(string dtype, int size)
    {
        byte[] file = SafetensorsBytes.Of(
            $$$"""
            {"a.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
            "a.scale":{"dtype":"{{{dtype}}}","shape":[2],"data_offsets":[8,{{{8 + size}}}]},
            "a.bias":{"dtype":"F32","shape":[2],"data_offsets":[{{{8 + size}}},{{{16 + size}}}]},
            "__metadata__":{"format":{"made by":1} } }
            """,
            16 + size);

        Network<T> network = NetworkFile.LoadLayers<T>(new MemoryStream(file), "the file", ["a"], []);

        network.OutputCount.Should().Be(2);
        FluentActions.Invoking(() => NetworkFile.LoadLayers<T>(new MemoryStream(file[..^1]), "the file", ["a"], []))
            .Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void LoadLayers_NoBiases_HasZerosWhenAskedTo()
    {
        byte[] file = SafetensorsBytes.Of(
            """
            {"a.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},"b.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[24,48]},
            "b.bias":{"dtype":"F64","shape":[2],"data_offsets":[48,64]}}
            """,
            64);
        file.AsSpan(^64..).Fill(0x40); // 3.0039 as a float, 32.5 as a double
        Network<T> Load(bool allow, string first, string second) => NetworkFile.LoadLayers(
            new MemoryStream(file), "the file", [first, second], [new Relu<T>()], allowRounding: true, allowMissingBiases: allow);

        Network<T> network = Load(true, "a", "b");

        network.Layers[0].Biases.Should().Equal(T.Zero, T.Zero, T.Zero);
        network.Layers[0].Weights.Enumerate().All(weight => weight > T.One).Should().BeTrue();
        network.Layers[1].Biases.All(bias => bias > T.One).Should().BeTrue("biases that are there are taken");
        FluentActions.Invoking(() => Load(false, "a", "b")).Should().Throw<InvalidDataException>().WithMessage(
            "the file: the file must have the tensor \"a.bias\" beside \"a.weight\", but has not. If the layer was made without biases, "
            + "NetworkFile.LoadLayers with allowMissingBiases loads zeros.");
        FluentActions.Invoking(() => Load(true, "a", "c")).Should().Throw<InvalidDataException>().WithMessage("*\"c.weight\"*");
    }

    [Theory]
    [InlineData("[3]", 12, "one bias per unit")]
    [InlineData("[2,1]", 8, "one bias per unit")]
    public void LoadLayers_BiasesThatDoNotFit_AreRefusedAlthoughTheyMayBeMissing(string shape, int size, string message)
    {
        byte[] file = SafetensorsBytes.Of(
            $$$"""
            {"a.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
            "a.bias":{"dtype":"F32","shape":{{{shape}}},"data_offsets":[8,{{{8 + size}}}]} }
            """,
            8 + size);

        FluentActions.Invoking(() => NetworkFile.LoadLayers<T>(new MemoryStream(file), "the file", ["a"], [], allowMissingBiases: true))
            .Should().Throw<InvalidDataException>().WithMessage($"*{message}*");
    }
}

public sealed class LoadLayersSingleTests : LoadLayersTests<float>;

public sealed class LoadLayersDoubleTests : LoadLayersTests<double>;
