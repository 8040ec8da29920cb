using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

public abstract class OneHotTests<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    [Fact]
    public void Encode_Labels_PutsAOneInTheirRows()
    {
        Matrix<T> encoded = OneHot.Encode<T>([2, 0, 2], 3);

        encoded.Should().Be(Matrix<T>.Build.Dense(3, 3, [T.Zero, T.Zero, T.One, T.One, T.Zero, T.Zero, T.Zero, T.Zero, T.One]));
    }

    [Fact]
    public void Decode_Encoded_GivesTheLabelsBack()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            int[] labels = [.. bytes.Select(value => value % 11)];
            return OneHot.Decode(OneHot.Encode<T>(labels, 11)).SequenceEqual(labels);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Decode_Sparse_IsThatOfDense() => OneHot.Decode(Matrix<T>.Build.SparseIdentity(3)).Should().Equal(0, 1, 2);

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Encode_LabelOutOfRange_NamesSampleAndLabel(int label)
    {
        Action encode = () => OneHot.Encode<T>([0, 1, label], 3);

        encode.Should().Throw<ArgumentException>().WithParameterName("labels")
            .WithMessage($"Labels must be between 0 and 2, but sample 2 has label {label}.*");
    }

    [Fact]
    public void Encode_NoClasses_ThrowsArgumentOutOfRange()
    {
        Action encode = () => OneHot.Encode<T>([], 0);

        encode.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classCount");
    }

    [Fact]
    public void Encode_MoreElementsThanAnArrayHolds_SaysTheLimit()
    {
        // 2³² elements, of which 32 bits would count none, and 3·2³⁰, of which they would count a negative number.
        foreach ((int classes, int samples) in new[] { (1 << 16, 1 << 16), (3 << 14, 1 << 16) })
        {
            Action encode = () => OneHot.Encode<T>(new int[samples], classes);

            encode.Should().Throw<ArgumentException>().WithParameterName("labels").WithMessage(
                $"A one-hot matrix must fit in an array of {Array.MaxLength} elements, but would be {classes} x {samples}.*");
        }
    }

    [Fact]
    public void Decode_NotOneHot_NamesTheColumn()
    {
        Action none = () => Decode(0, 0);
        Action two = () => Decode(1, 1);
        Action half = () => Decode(0, 0.5);
        Action nan = () => Decode(1, double.NaN);
        Action onlyNaN = () => Decode(double.NaN, 0);
        Action infinite = () => Decode(1, double.PositiveInfinity);
        Action missing = () => OneHot.Decode<T>(null!);

        none.Should().Throw<ArgumentException>().WithParameterName("encoded")
            .WithMessage("A one-hot column must hold one 1, but column 1 holds none.*");
        two.Should().Throw<ArgumentException>().WithMessage("*row 1 of column 1 holds 1.*");
        half.Should().Throw<ArgumentException>().WithMessage("*row 1 of column 1 holds 0.5.*");
        nan.Should().Throw<ArgumentException>().WithMessage("*row 1 of column 1 holds NaN.*");
        onlyNaN.Should().Throw<ArgumentException>().WithMessage("*row 0 of column 1 holds NaN.*");
        infinite.Should().Throw<ArgumentException>().WithMessage("*row 1 of column 1 holds *");
        missing.Should().Throw<ArgumentNullException>().WithParameterName("encoded");

        static void Decode(double first, double second) =>
            OneHot.Decode(Matrix<T>.Build.Dense(2, 2, [T.One, T.Zero, T.CreateChecked(first), T.CreateChecked(second)]));
    }
}

public sealed class OneHotSingleTests : OneHotTests<float>;

public sealed class OneHotDoubleTests : OneHotTests<double>;
