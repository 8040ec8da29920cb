using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

[Collection(SimdWidthCollection.Name)]
public abstract class ByteConversionTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    /// <summary>The correctly rounded quotient: IEEE division rounds correctly.</summary>
    private static T Quotient(byte value) => T.CreateChecked(value) / T.CreateChecked(255);

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void ToUnitInterval_AllBytesAtEveryLane_RoundsCorrectly(int width)
    {
        using IDisposable forced = Simd.Force((SimdWidth)width);
        for (int shift = 0; shift < 16; shift++)
        {
            byte[] bytes = [.. new byte[shift], .. s_bytes, .. new byte[16 - shift]];
            T[] numbers = new T[bytes.Length];

            ByteConversion.ToUnitInterval<T>(bytes, numbers);

            numbers.Should().Equal(bytes.Select(Quotient));
        }
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void ToNumbers_AllBytes_IsTheByteItself(int width)
    {
        using IDisposable forced = Simd.Force((SimdWidth)width);
        T[] numbers = new T[256];

        ByteConversion.ToNumbers<T>(s_bytes, numbers);

        numbers.Should().Equal(s_bytes.Select(value => T.CreateChecked(value)));
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Conversions_EveryLengthAndOffset_WriteTheirElementsAlone(int width)
    {
        using IDisposable forced = Simd.Force((SimdWidth)width);
        T poison = T.CreateChecked(-7);
        T[] numbers = new T[96];
        for (int length = 0; length <= 70; length++)
        {
            for (int offset = 0; offset < 5; offset++)
            {
                byte[] bytes = [.. s_bytes.Skip(123 + offset).Take(length)];

                Array.Fill(numbers, poison);
                ByteConversion.ToUnitInterval(bytes, numbers.AsSpan(offset, length));
                numbers.Should().Equal(Surround(bytes.Select(Quotient)));

                Array.Fill(numbers, poison);
                ByteConversion.ToNumbers(bytes, numbers.AsSpan(offset, length));
                numbers.Should().Equal(Surround(bytes.Select(value => T.CreateChecked(value))));

                IEnumerable<T> Surround(IEnumerable<T> values) =>
                    [.. Enumerable.Repeat(poison, offset), .. values, .. Enumerable.Repeat(poison, numbers.Length - offset - length)];
            }
        }
    }

    [Fact]
    public void Conversions_DifferentLengths_Throw()
    {
        Action scale = () => ByteConversion.ToUnitInterval<T>(new byte[3], new T[4]);
        Action convert = () => ByteConversion.ToNumbers<T>(new byte[4], new T[3]);

        scale.Should().Throw<ArgumentOutOfRangeException>();
        convert.Should().Throw<ArgumentOutOfRangeException>();
    }
}

public sealed class ByteConversionSingleTests : ByteConversionTests<float>;

public sealed class ByteConversionDoubleTests : ByteConversionTests<double>;
