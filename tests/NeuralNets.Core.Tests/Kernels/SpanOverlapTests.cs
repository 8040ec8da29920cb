using System.Runtime.InteropServices;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

public class SpanOverlapTests
{
    private readonly double[] _buffer = new double[30];

    [Theory]
    [InlineData(0, 10, 0, 10, true)] // the same memory
    [InlineData(0, 10, 10, 10, true)] // neighbours
    [InlineData(10, 10, 0, 10, true)]
    [InlineData(5, 0, 0, 10, true)] // none of it
    [InlineData(0, 10, 5, 0, true)]
    [InlineData(0, 10, 0, 9, false)]
    [InlineData(0, 9, 0, 10, false)]
    [InlineData(0, 10, 9, 10, false)]
    [InlineData(9, 10, 0, 10, false)]
    [InlineData(0, 10, 4, 2, false)]
    [InlineData(4, 2, 0, 10, false)]
    public void CheckSameOrSeparate_Spans_RefusesEveryOtherOverlap(int read, int readLength, int written, int writtenLength, bool isRight)
    {
        Action check = () => SpanOverlap.CheckSameOrSeparate<double>(
            _buffer.AsSpan(read, readLength), _buffer.AsSpan(written, writtenLength), "output");

        if (isRight)
        {
            check.Should().NotThrow();
        }
        else
        {
            check.Should().Throw<ArgumentException>().WithParameterName("output");
        }
    }

    [Theory]
    [InlineData(0, 10, 0, 10, false)] // 40 bytes of 80
    [InlineData(0, 10, 19, 5, false)]
    [InlineData(0, 10, 20, 5, true)]
    [InlineData(10, 10, 19, 1, true)]
    [InlineData(10, 10, 19, 2, false)]
    [InlineData(10, 10, 0, 60, false)]
    [InlineData(10, 0, 0, 60, true)]
    public void CheckSeparate_SpansOfTwoTypes_RefusesEveryOverlap(int read, int readLength, int written, int writtenLength, bool isRight)
    {
        Action check = () => SpanOverlap.CheckSeparate<double, int>(
            _buffer.AsSpan(read, readLength), MemoryMarshal.Cast<double, int>(_buffer).Slice(written, writtenLength), "labels");

        if (isRight)
        {
            check.Should().NotThrow();
        }
        else
        {
            check.Should().Throw<ArgumentException>().WithParameterName("labels");
        }
    }

    [Fact]
    public void CheckSameOrSeparate_PartOfAnElement_IsRefused()
    {
        Action check = () =>
        {
            Span<byte> bytes = MemoryMarshal.AsBytes(_buffer.AsSpan());
            SpanOverlap.CheckSameOrSeparate<double>(_buffer, MemoryMarshal.Cast<byte, double>(bytes[4..]));
        };

        check.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void CheckSameOrSeparate_Overlap_SaysWhereAndWhatToDo()
    {
        Action after = () => SpanOverlap.CheckSameOrSeparate<double>(_buffer.AsSpan(0, 10), _buffer.AsSpan(3, 9));
        Action before = () => SpanOverlap.CheckSeparate<double, double>(_buffer.AsSpan(3, 10), _buffer.AsSpan(1, 9));

        after.Should().Throw<ArgumentException>().WithMessage(
            "The output must be the memory of the input or not overlap it, but its 72 bytes begin 24 bytes after the beginning of "
            + "the input's 80. Use another buffer for the output.");
        before.Should().Throw<ArgumentException>().WithMessage(
            "The output must not overlap the input, but its 72 bytes begin 16 bytes before the beginning of the input's 80. "
            + "Use another buffer for the output.");
    }

    [Fact]
    public void CheckSameOrSeparate_DifferentArrays_Passes() =>
        SpanOverlap.CheckSameOrSeparate<double>(_buffer, new double[30]);
}
