using System.Text;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

public sealed class ByteTensorTests
{
    [Fact]
    public void ToMatrix_ImagesOfACsvFile_ArePredictedLikeLabeledOnes()
    {
        ByteTensor images = CsvImageReader.ReadUnlabeled(new MemoryStream("0,255,51,7\n9,8,7,6\n1,0,0,2\n"u8.ToArray()), "file");
        var labeled = new LabeledImages(images.Data, new byte[3], 2, 2);
        var network = new Network<float>([4, 5, 3], new Relu<float>(), new Softmax<float>(), seed: 1);

        images.Dimensions.Should().Equal(3, 2, 2);
        images.ToMatrix<float>().Should().Be(Dataset<float>.FromImages(labeled).ToMatrix());
        images.ToMatrix<double>(PixelScaling.None).ToColumnMajorArray().Should().Equal(0, 255, 51, 7, 9, 8, 7, 6, 1, 0, 0, 2);
        network.Predict(images.ToMatrix<float>()).ColumnCount.Should().Be(3);
    }

    [Fact]
    public void ToMatrix_ImagesOfAnIdxFile_OneSamplePerColumn()
    {
        byte[] bytes = [.. Enumerable.Range(0, 24).Select(i => (byte)i)];

        ByteTensor images = IdxReader.Read(new MemoryStream(IdxFile.Write(bytes, 2, 3, 4)), "file");

        images.ToMatrix<float>(PixelScaling.None).Column(1).Should().Equal(Enumerable.Range(12, 12).Select(i => (float)i));
    }

    [Fact]
    public void ToMatrix_ByteAboveTheMaximum_NamesImagePixelAndValue()
    {
        ByteTensor images = CsvImageReader.ReadUnlabeled(new MemoryStream("0,1,2\n16,20,4\n"u8.ToArray()), "file");

        FluentActions.Invoking(() => images.ToMatrix<float>(PixelScaling.ByMaximum(16)))
            .Should().Throw<ArgumentException>().WithParameterName("scaling").WithMessage("*pixel 1 of image 1 is 20*");
    }

    [Theory]
    [InlineData("5")]
    [InlineData("0 x 2 x 2")]
    [InlineData("3 x 0")]
    public void ToMatrix_NoSamplesOfFeatures_SaysWhatThereIs(string dimensions)
    {
        int[] sizes = [.. dimensions.Split(" x ").Select(int.Parse)];
        ByteTensor bytes = IdxReader.Read(
            new MemoryStream(IdxFile.Write(new byte[sizes.Aggregate(1, (product, size) => product * size)], sizes)), "file");

        FluentActions.Invoking(() => bytes.ToMatrix<float>())
            .Should().Throw<InvalidOperationException>().WithMessage($"*but the dimensions are {dimensions}.");
    }

    [Fact]
    public void ToMatrix_Half_IsRefused()
    {
        ByteTensor images = CsvImageReader.ReadUnlabeled(new MemoryStream(Encoding.ASCII.GetBytes("1\n")), "file");

        FluentActions.Invoking(() => images.ToMatrix<Half>()).Should().Throw<NotSupportedException>().WithMessage("*float*double*");
    }
}
