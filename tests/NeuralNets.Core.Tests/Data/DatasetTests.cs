using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

public abstract class DatasetTests<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    [Fact]
    public void FromImages_Bytes_AreScaledToTheUnitInterval()
    {
        LabeledImages images = Images(12, 5);

        Dataset<T> set = Dataset<T>.FromImages(images, classCount: 12);

        set.Count.Should().Be(12);
        set.FeatureCount.Should().Be(5);
        set.ClassCount.Should().Be(12);
        set.ToString().Should().Be($"{set.Count} samples of 5 features in 12 classes");
        set.Labels.ToArray().Should().Equal(Enumerable.Range(0, 12));
        set.ToMatrix().ToColumnMajorArray()
            .Should().Equal(images.Pixels.ToArray().Select(value => T.CreateChecked(value) / T.CreateChecked(255)));
    }

    [Fact]
    public void FromImages_NoScaling_IsTheByteItself()
    {
        LabeledImages images = Images(10, 7);

        Matrix<T> matrix = Dataset<T>.FromImages(images, scaling: PixelScaling.None).ToMatrix();

        matrix.ToColumnMajorArray().Should().Equal(images.Pixels.ToArray().Select(value => T.CreateChecked(value)));
    }

    [Fact]
    public void FromImages_Pixels_AreNotCopied()
    {
        byte[] pixels = [0, 0, 0, 0];
        Dataset<T> set = Dataset<T>.FromImages(new LabeledImages(pixels, new byte[] { 1, 0 }, 1, 2));

        pixels[3] = 255;

        set.ToMatrix()[1, 1].Should().Be(T.One);
    }

    [Fact]
    public void FromImages_TenThousandImages_AllocatesLabelsAndLittleElse()
    {
        var images = new LabeledImages(new byte[10_000 * 784], new byte[10_000], 28, 28);
        Dataset<T>.FromImages(images);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Dataset<T> set = Dataset<T>.FromImages(images);
        long whole = GC.GetAllocatedBytesForCurrentThread() - before;
        set.Take(5_000).Split(0.2, seed: 1);
        long parts = GC.GetAllocatedBytesForCurrentThread() - before - whole;

        // Four bytes a label; a part has positions and labels. The numbers would need 31 or 63 MB.
        whole.Should().BeLessThan(50_000);
        parts.Should().BeLessThan(100_000);
    }

    [Fact]
    public void FromImages_LabelBeyondTheClasses_NamesSampleAndLabel()
    {
        Action create = () => Dataset<T>.FromImages(Images(12, 5));

        create.Should().Throw<ArgumentException>().WithParameterName("images")
            .WithMessage("Labels must be between 0 and 9, but sample 10 has label 10.*");
    }

    [Fact]
    public void FromImages_BadArguments_Throw()
    {
        Action none = () => Dataset<T>.FromImages(Images(0, 5));
        Action missing = () => Dataset<T>.FromImages(null!);
        Action oneClass = () => Dataset<T>.FromImages(Images(1, 5), classCount: 1);

        none.Should().Throw<ArgumentException>().WithMessage("A data set needs at least one sample, but there was none.*");
        missing.Should().Throw<ArgumentNullException>().WithParameterName("images");
        oneClass.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classCount").WithMessage("*at least 2 classes*");
    }

    [Fact]
    public void FromMatrix_Dense_KeepsTheStorageAndCopiesTheLabels()
    {
        Matrix<T> features = Matrix<T>.Build.Dense(2, 3);
        int[] labels = [0, 1, 1];
        Dataset<T> set = Dataset<T>.FromMatrix(features, labels, 2);

        features[1, 2] = T.One;
        labels[0] = 1;

        set.ToMatrix()[1, 2].Should().Be(T.One);
        set.Labels.ToArray().Should().Equal(0, 1, 1);
    }

    [Fact]
    public void FromMatrix_Sparse_CopiesIt()
    {
        Matrix<T> features = Matrix<T>.Build.SparseIdentity(3);
        Matrix<T> before = features.Clone();
        Dataset<T> set = Dataset<T>.FromMatrix(features, [0, 1, 1], 2);

        features[1, 2] = T.One;

        set.ToMatrix().Should().Be(before);
    }

    [Fact]
    public void FromMatrix_Targets_AreValues()
    {
        Matrix<T> features = Matrix<T>.Build.Dense(2, 3);

        Dataset<T> set = Dataset<T>.FromMatrix(features, OneHot.Encode<T>([3, 0, 1], 4));

        set.Labels.ToArray().Should().BeEmpty();
        set.ClassCount.Should().Be(0);
        set.ValueCount.Should().Be(4);
        set.Values.ToArray().Should().Equal(OneHot.Encode<T>([3, 0, 1], 4).ToColumnMajorArray());
        set.ToString().Should().Be("3 samples of 2 features with 4 values each");
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "*")]
    [InlineData(double.NegativeInfinity, "*")]
    public void FromMatrix_FeatureNotFinite_NamesFeatureAndSample(double value, string shown)
    {
        Matrix<T> features = Matrix<T>.Build.Dense(3, 4);
        features[1, 2] = T.CreateChecked(value);
        Action dense = () => Dataset<T>.FromMatrix(features, [0, 1, 1, 0], 2);
        Action sparse = () => Dataset<T>.FromMatrix(Matrix<T>.Build.SparseOfMatrix(features), [0, 1, 1, 0], 2);

        string message = $"Features must be finite, but feature 1 of sample 2 is {shown}.*";
        dense.Should().Throw<ArgumentException>().WithParameterName(nameof(features)).WithMessage(message);
        sparse.Should().Throw<ArgumentException>().WithParameterName(nameof(features)).WithMessage(message);
    }

    [Fact]
    public void FromMatrix_BadLabels_SayWhatWasWrong()
    {
        Matrix<T> features = Matrix<T>.Build.Dense(2, 3);
        Action number = () => Dataset<T>.FromMatrix(features, [0, 1], 2);
        Action range = () => Dataset<T>.FromMatrix(features, [0, 2, -1], 2);
        Action oneClass = () => Dataset<T>.FromMatrix(features, [0, 0, 0], 1);
        Action none = () => Dataset<T>.FromMatrix(Matrix<T>.Build.Dense(2, 0), ReadOnlySpan<int>.Empty, 2);

        number.Should().Throw<ArgumentException>().WithParameterName("labels")
            .WithMessage(
                "There must be one label per sample: the features are 2 x 3, but there were 2 labels. A sample is a column: if "
                + "yours are rows, use FromRows.*");
        range.Should().Throw<ArgumentException>().WithParameterName("labels")
            .WithMessage("Labels must be between 0 and 1, but sample 1 has label 2.*");
        oneClass.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classCount");
        none.Should().Throw<ArgumentException>().WithMessage("A data set needs at least one sample, but there was none.*");
    }

    [Fact]
    public void FromMatrix_BadTargets_SayWhatWasWrong()
    {
        Matrix<T> features = Matrix<T>.Build.Dense(2, 3);
        Action number = () => Dataset<T>.FromMatrix(features, OneHot.Encode<T>([0, 1], 2));
        Action notANumber = () => Dataset<T>.FromMatrix(features, Matrix<T>.Build.Dense(2, 3, (i, j) => i * j == 2 ? T.NaN : T.One));
        Action infinite = () => Dataset<T>.FromMatrix(features, [T.One, T.PositiveInfinity, T.One]);
        Action missing = () => Dataset<T>.FromMatrix(features, (Matrix<T>)null!);
        Action noFeatures = () => Dataset<T>.FromMatrix(null!, OneHot.Encode<T>([0], 2));

        number.Should().Throw<ArgumentException>().WithParameterName("targets")
            .WithMessage(
                "There must be one column of targets per sample: the features are 2 x 3, but the targets were 2 x 2. A sample is a "
                + "column: *");
        notANumber.Should().Throw<ArgumentException>().WithParameterName("targets")
            .WithMessage("Targets must be finite, but target 1 of sample 2 is NaN.*");
        infinite.Should().Throw<ArgumentException>().WithParameterName("targets")
            .WithMessage("Targets must be finite, but target 0 of sample 1 is *");
        missing.Should().Throw<ArgumentNullException>().WithParameterName("targets");
        noFeatures.Should().Throw<ArgumentNullException>().WithParameterName("features");
    }

    [Fact]
    public void FromMatrix_NoFeatures_SaysTheShape()
    {
        Action create = () => Dataset<T>.FromMatrix(Matrix<T>.Build.Dense(0, 3), [0, 1, 0], 2);

        create.Should().Throw<ArgumentException>().WithParameterName("features")
            .WithMessage("A sample needs at least one feature, but the features are 0 x 3.*");
    }

    [Fact]
    public void Take_Some_AreTheFirst()
    {
        Dataset<T> set = Numbered(10);

        Dataset<T> first = set.Take(4);

        first.Count.Should().Be(4);
        first.ClassCount.Should().Be(set.ClassCount);
        Numbers(first).Should().Equal(0, 1, 2, 3);
        first.Labels.ToArray().Should().Equal(set.Labels.ToArray().Take(4));
        Numbers(set.Take(10)).Should().Equal(Enumerable.Range(0, 10));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(11)]
    public void Take_NoneOrTooMany_SaysTheRange(int count)
    {
        Action take = () => Numbered(10).Take(count);

        take.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(count))
            .WithMessage($"The number of samples must be between 1 and 10.*{count}*");
    }

    [Fact]
    public void Split_AnyShare_IsDisjointCompleteAndInOrder()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<(byte Count, byte Share, long Seed)>(), given =>
        {
            int count = given.Count + 2;
            Dataset<T> set = Numbered(count);
            double share = Math.Clamp(given.Share / 256.0, 1.0 / count, 1 - (1.0 / count));

            (Dataset<T> training, Dataset<T> validation) = set.Split(share, given.Seed);

            int[] left = Numbers(training);
            int[] right = Numbers(validation);
            return right.Length == (int)Math.Round(share * count)
                && left.Concat(right).Order().SequenceEqual(Enumerable.Range(0, count))
                && left.SequenceEqual(left.Order()) && right.SequenceEqual(right.Order())
                && training.Labels.SequenceEqual(left.Select(number => number % 10).ToArray())
                && validation.Labels.SequenceEqual(right.Select(number => number % 10).ToArray());
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Split_Seed_DecidesTheSamples()
    {
        Dataset<T> set = Numbered(100);

        int[] one = Numbers(set.Split(0.3, seed: 1).Validation);

        Numbers(set.Split(0.3, seed: 1).Validation).Should().Equal(one);
        Numbers(set.Split(0.3, seed: 2).Validation).Should().NotEqual(one);

        // Values of an independent implementation in Python: the first third of its permutation.
        Numbers(Numbered(12).Split(1 / 3.0, seed: 7).Validation).Should().Equal(3, 4, 5, 6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(0.01)]
    [InlineData(0.99)]
    [InlineData(double.NaN)]
    public void Split_OneSideEmpty_SaysHowManySamplesThereAre(double share)
    {
        Action split = () => Numbered(10).Split(share, seed: 1);

        split.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("validationFraction")
            .WithMessage("The fraction must leave at least one of the 10 samples on either side.*");
    }

    [Fact]
    public void LabelDistribution_Labels_CountsEachClass()
    {
        Dataset<T> set = Dataset<T>.FromMatrix(Matrix<T>.Build.Dense(1, 6), [2, 0, 2, 2, 4, 0], 5);

        set.CountLabels().Should().Equal(2, 0, 3, 0, 1);
        set.Take(2).CountLabels().Should().Equal(1, 0, 1, 0, 0);
    }

    [Fact]
    public void Gather_SubsetOfSubsetOfSubset_ReadsTheRightSamples()
    {
        Dataset<T> half = Numbered(60).Split(0.5, seed: 3).Training;
        Dataset<T> set = half.Split(0.4, seed: 4).Validation.Take(9).Split(0.5, seed: 5).Training;
        int[] numbers = Numbers(set);
        int[] indices = [3, 0, 0, set.Count - 1];
        T[] gathered = new T[3 * indices.Length];
        T[] consecutive = new T[3 * 2];

        set.Gather(indices, gathered);
        set.Gather(1, consecutive);

        set.Labels.ToArray().Should().Equal(numbers.Select(number => number % 10));
        gathered.Chunk(3).Select(sample => int.CreateChecked(sample[0])).Should().Equal(indices.Select(index => numbers[index]));
        gathered.Chunk(3).SelectMany(sample => sample[1..])
            .Should().Equal(indices.SelectMany(index => new[] { 2 * numbers[index], -numbers[index] }.Select(T.CreateChecked)));
        consecutive.Chunk(3).Select(sample => int.CreateChecked(sample[0])).Should().Equal(numbers[1], numbers[2]);
    }

    [Fact]
    public void Gather_SubsetOfImages_ReadsTheRightBytes()
    {
        LabeledImages images = Images(10, 7);
        Dataset<T> set = Dataset<T>.FromImages(images, scaling: PixelScaling.None).Split(0.5, seed: 3).Validation;
        T[] gathered = new T[7];

        for (int j = 0; j < set.Count; j++)
        {
            set.Gather([j], gathered);
            gathered.Should().Equal(images.GetImage(set.Labels[j]).ToArray().Select(value => T.CreateChecked(value)));
        }
    }

    [Fact]
    public void Gather_SteadyState_DoesNotAllocate()
    {
        Dataset<T> set = Dataset<T>.FromImages(Images(10, 30)).Split(0.5, seed: 1).Training;
        int[] indices = [1, 4, 0];
        T[] gathered = new T[90];
        set.Gather(indices, gathered);
        set.Gather(1, gathered);

        long before = GC.GetAllocatedBytesForCurrentThread();
        set.Gather(indices, gathered);
        set.Gather(1, gathered);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    /// <summary>Image i has the label i and the bytes that follow from it.</summary>
    private static LabeledImages Images(int count, int pixels) =>
        new(
            Enumerable.Range(0, count * pixels).Select(i => (byte)((i * 37) + 11)).ToArray(),
            Enumerable.Range(0, count).Select(i => (byte)i).ToArray(),
            1,
            pixels);

    /// <summary>Sample i has the features i, 2i and −i and the label i mod 10.</summary>
    private static Dataset<T> Numbered(int count) => Dataset<T>.FromMatrix(
        Matrix<T>.Build.Dense(3, count, (i, j) => T.CreateChecked(i switch { 0 => j, 1 => 2 * j, _ => -j })),
        [.. Enumerable.Range(0, count).Select(j => j % 10)],
        10);

    private static int[] Numbers(Dataset<T> set) => [.. set.ToMatrix().Row(0).Select(int.CreateChecked)];
}

public sealed class DatasetSingleTests : DatasetTests<float>;

public sealed class DatasetDoubleTests : DatasetTests<double>;
