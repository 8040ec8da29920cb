using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

public sealed class PixelScalingTests
{
    [Fact]
    public void Default_IsTheUnitInterval()
    {
        default(PixelScaling).Should().Be(PixelScaling.UnitInterval).And.NotBe(PixelScaling.None);
        PixelScaling.ByMaximum(255).Should().Be(PixelScaling.UnitInterval);
        PixelScaling.ByMaximum(1).Should().NotBe(PixelScaling.None, "it refuses 2");
        (PixelScaling.UnitInterval.Maximum, PixelScaling.None.Maximum, PixelScaling.ByMaximum(16).Maximum).Should().Be(
            ((byte?)255, (byte?)null, (byte?)16));
        $"{PixelScaling.UnitInterval}, {PixelScaling.None}, {PixelScaling.ByMaximum(16)}".Should().Be("UnitInterval, None, ByMaximum(16)");
    }

    /// <summary>The numbers stand in checkpoints, as part of a hash.</summary>
    [Fact]
    public void Form_OfEveryScaling_IsItsOwn()
    {
        (PixelScaling.UnitInterval.Form, PixelScaling.None.Form).Should().Be((0, 1));
        Enumerable.Range(1, 255).Select(maximum => PixelScaling.ByMaximum(maximum).Form).Should().OnlyHaveUniqueItems().And.NotContain(1);
    }

    [Fact]
    public void TryParse_EveryScaling_IsTheOneThatWasWritten()
    {
        foreach (PixelScaling scaling in Enumerable.Range(1, 255).Select(PixelScaling.ByMaximum).Append(PixelScaling.None))
        {
            PixelScaling.TryParse(scaling.ToString(), out PixelScaling read).Should().BeTrue();
            read.Should().Be(scaling);
        }

        string[] others = ["", "none", "ByMaximum", "ByMaximum()", "ByMaximum(0)", "ByMaximum(255)", "ByMaximum(256)", "ByMaximum(016)",
            "ByMaximum( 16)", "ByMaximum(16", "ByMaximum(16))", "ByMaximum(-1)"];
        others.Where(text => PixelScaling.TryParse(text, out _)).Should().BeEmpty();
    }

    [Fact]
    public void ByMaximum_EveryByteUpToEveryMaximum_IsTheRoundedQuotient()
    {
        for (int maximum = 1; maximum <= 255; maximum++)
        {
            byte[] bytes = [.. Enumerable.Range(0, maximum + 1).Select(value => (byte)value)];
            float[] singles = new float[bytes.Length];
            double[] doubles = new double[bytes.Length];

            PixelScaling.ByMaximum(maximum).Apply<float>(bytes, singles);
            PixelScaling.ByMaximum(maximum).Apply<double>(bytes, doubles);

            // IEEE division rounds correctly.
            singles.Should().Equal(bytes.Select(value => value / (float)maximum));
            doubles.Should().Equal(bytes.Select(value => value / (double)maximum));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(256)]
    public void ByMaximum_NotAByteAboveZero_IsRefused(int maximum)
    {
        FluentActions.Invoking(() => PixelScaling.ByMaximum(maximum))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(maximum)).WithMessage("*from 1 to 255*");
    }

    [Fact]
    public void FromImages_ByMaximum_DividesEveryPixel()
    {
        var images = new LabeledImages(new byte[] { 0, 4, 12, 16, 1, 2, 3, 5 }, new byte[] { 1, 0 }, 2, 2);
        PixelScaling scaling = PixelScaling.ByMaximum(16);

        Dataset<float> set = Dataset<float>.FromImages(images, 2, scaling);

        set.ToMatrix().ToColumnMajorArray().Should().Equal(0, 0.25f, 0.75f, 1, 0.0625f, 0.125f, 0.1875f, 0.3125f);
        set.LargestFeature.Should().Be(1);
        Dataset<float>.FromImages(images, 2, PixelScaling.None).LargestFeature.Should().Be(255);
        Dataset<float>.FromImages(images, 2).LargestFeature.Should().Be(1);
    }

    [Fact]
    public void FromImages_PixelAboveTheMaximum_NamesImagePixelAndValue()
    {
        var images = new LabeledImages(new byte[] { 0, 4, 12, 16, 1, 17, 3, 5 }, new byte[] { 1, 0 }, 2, 2);

        FluentActions.Invoking(() => Dataset<float>.FromImages(images, 2, PixelScaling.ByMaximum(16)))
            .Should().Throw<ArgumentException>().WithParameterName(nameof(images)).WithMessage(
                "With ByMaximum(16) pixels must be at most 16, but pixel 1 of image 1 is 17. State the largest value that they can have.*");
        Dataset<float>.FromImages(images, 2, PixelScaling.ByMaximum(17)).Count.Should().Be(2);
    }
}
