using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

public abstract class DatasetFingerprintTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Fact]
    public void Fingerprint_AnyDifference_IsSeen()
    {
        byte[] pixels = [.. Enumerable.Range(0, 5000 * 4).Select(i => (byte)(i * 7))];
        byte[] labels = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i % 10))];
        Dataset<T> Create(int firstPixel = 0, int lastLabel = 9, int classes = 10, PixelScaling scaling = default)
        {
            byte[] image = [(byte)firstPixel, .. pixels[1..]];
            byte[] classOf = [.. labels[..^1], (byte)lastLabel];
            return Dataset<T>.FromImages(new LabeledImages(image, classOf, 2, 2), classes, scaling);
        }

        Dataset<T> set = Create();
        DatasetFingerprint[] others =
        [
            Create(firstPixel: 1).Fingerprint, Create(lastLabel: 8).Fingerprint, Create(classes: 11).Fingerprint,
            Create(scaling: PixelScaling.None).Fingerprint, set.Take(4999).Fingerprint, set.Split(0.5, seed: 1).Training.Fingerprint,
            set.Split(0.5, seed: 2).Training.Fingerprint, set.Take(1).Fingerprint, set.Take(2).Fingerprint,
        ];

        others.Should().OnlyHaveUniqueItems().And.NotContain(set.Fingerprint);
        Create().Fingerprint.Should().Be(set.Fingerprint);
        Create(scaling: PixelScaling.ByMaximum(255)).Fingerprint.Should().Be(set.Fingerprint, "it is the same scaling");
        set.Fingerprint.Should().BeSameAs(set.Fingerprint, "it is computed once");
    }

    [Fact]
    public void Fingerprint_AnySampleThatChanges_IsSeen()
    {
        byte[] pixels = [.. Enumerable.Range(0, 1000 * 4).Select(i => (byte)(i * 7))];
        Dataset<T> OfBytes() => Dataset<T>.FromImages(new LabeledImages(pixels.ToArray(), new byte[1000], 2, 2));
        Matrix<T> numbers = OfBytes().ToMatrix();
        Dataset<T> OfNumbers() => Dataset<T>.FromMatrix(numbers.Clone(), new int[1000], 10);
        string bytes = OfBytes().Fingerprint.Sha256;
        string matrix = OfNumbers().Fingerprint.Sha256;
        for (int i = 0; i < 1000; i++)
        {
            pixels[(4 * i) + (i % 4)] ^= 1;
            OfBytes().Fingerprint.Sha256.Should().NotBe(bytes, $"of sample {i}");
            pixels[(4 * i) + (i % 4)] ^= 1;

            T old = numbers[i % 4, i];
            numbers[i % 4, i] = T.BitIncrement(old);
            OfNumbers().Fingerprint.Sha256.Should().NotBe(matrix, $"of sample {i}");
            numbers[i % 4, i] = old;
        }

        OfBytes().Fingerprint.Sha256.Should().Be(bytes);
        OfNumbers().Fingerprint.Sha256.Should().Be(matrix).And.NotBe(bytes, "it is of what is kept");
    }

    [Fact]
    public void Fingerprint_SamplesInAnyOrder_IsThatOfASetInThatOrder()
    {
        byte[] pixels = [.. Enumerable.Range(0, 40 * 5).Select(i => (byte)((i * 37) + 11))];
        byte[] labels = [.. Enumerable.Range(0, 40).Select(i => (byte)i)];
        Dataset<T> set = Dataset<T>.FromImages(new LabeledImages(pixels, labels, 1, 5), classCount: 40);
        (Dataset<T> training, _) = set.Split(0.4, seed: 3);
        Matrix<T> numbers = training.ToMatrix();

        Dataset<T>.FromMatrix(set.ToMatrix(), set.Labels, 40).Split(0.4, seed: 3).Training.Fingerprint
            .Should().Be(Dataset<T>.FromMatrix(numbers, training.Labels, 40).Fingerprint);
        set.Take(40).Fingerprint.Should().Be(set.Fingerprint);
    }
}

public sealed class DatasetFingerprintSingleTests : DatasetFingerprintTests<float>;

public sealed class DatasetFingerprintDoubleTests : DatasetFingerprintTests<double>;
