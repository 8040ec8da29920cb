using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

public sealed class MagnitudeSingleTests : MagnitudeTests<float>;

public sealed class MagnitudeDoubleTests : MagnitudeTests<double>;

[Collection(SimdWidthCollection.Name)]
public abstract class MagnitudeTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Max_AnyLengthAndPlace_FindsTheLargest(int width)
    {
        using IDisposable forced = Simd.Force((SimdWidth)width);
        for (int length = 1; length <= 70; length++)
        {
            T[] x = RandomValues.Create<T>(length, length);
            for (int i = 0; i < length; i += 3)
            {
                foreach (T special in (T[])[T.CreateChecked(-2), T.CreateChecked(3), T.NegativeInfinity, T.NaN])
                {
                    T[] y = [.. x];
                    y[i] = special;

                    Magnitude.Max<T>(y).Should().Be(double.CreateChecked(T.Abs(special)), "element {0} of {1} is {2}", i, length, special);
                }
            }
        }
    }

    [Fact]
    public void Max_NoNumbersOrZeros_IsZero()
    {
        Magnitude.Max<T>([]).Should().Be(0);
        Magnitude.Max<T>([-T.Zero, T.Zero]).Should().Be(0);
    }
}
