using System.Text;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

/// <summary>No column is taken for what it is not, as far as the header tells.</summary>
public sealed class CsvImageColumnsTests
{
    [Theory]
    [InlineData("label,p0,p1,p2,p3", 0)]
    [InlineData("p0,p1,LABEL,p2,p3", 2)]
    [InlineData("a,b,c,d,Label", 4)]
    [InlineData("digit,p0,p1,p2,p3", 0)]
    [InlineData("class,a,b,c,d", 0)]
    [InlineData("label,1x1,1x2,2x1,2x2", 0)]
    [InlineData("label,r0c0,r0c1,r1c0,r1c1", 0)]
    [InlineData("label,x,x,x,x", 0)]
    [InlineData("label1,a,b,c,d", 0)]
    public void Read_LabelColumnNotGiven_IsTheOneCalledLabelOrElseTheFirst(string header, int column)
    {
        byte[] row = [1, 2, 3, 4, 5];

        LabeledImages read = CsvImageReader.Read(Stream($"{header}\n{string.Join(',', row)}\n"), "file");

        read.Labels.ToArray().Should().Equal(row[column]);
        read.Pixels.ToArray().Should().Equal(row.Where((_, i) => i != column));
    }

    [Theory]
    [InlineData(",label,p0,p1", 1)]
    [InlineData("\"\",\"label\",\"a\",\"b\"", 1)]
    [InlineData(" ,a,b,c", 1)]
    [InlineData("label,p0,p1,", 4)]
    [InlineData("label,p0,,p1", 3)]
    public void Read_ColumnWithoutName_IsRefusedWhateverTheLabelColumnIs(string header, int column)
    {
        string text = $"{header}\n0,1,2,3\n1,4,5,6\n";
        string message = $"file, line 1, column {column}: every column must have a name where there is a header, but this one has none. "
            + (column == 1
                ? "It seems to have the row numbers that data frames write: *to_csv(index=False)*"
                : "There may be a separator*");

        foreach (Index? label in (Index?[])[null, 0, 1, ^1])
        {
            Refused(() => CsvImageReader.Read(Stream(text), "file", label), message);
        }

        Refused(() => CsvImageReader.Read(Stream(text), "file", header.Contains("label") ? "label" : "a"), message);
        Refused(() => CsvImageReader.ReadUnlabeled(Stream(text), "file"), message);
        Refused(() => CsvImageReader.ReadUnlabeled(Stream(text), "file", CsvHeader.Present), message);
    }

    [Theory]
    [InlineData("pixel0,pixel1,pixel2,pixel3")]
    [InlineData("p1,p2,p3,class")]
    [InlineData("V1,V2,V3,V4")]
    [InlineData("pixel 0,pixel 1,pixel 2,pixel 3")]
    [InlineData("1x1,1x2,1x3,1x4")]
    public void Read_FirstColumnCalledLikeItsNeighbour_IsRefusedUnlessGiven(string header)
    {
        string text = $"{header}\n9,1,2,3\n";
        string[] names = header.Split(',');

        Refused(
            () => CsvImageReader.Read(Stream(text), "file"),
            $"file, line 1, column 1: the label column must be known, but none is called \"label\", and the first one, \"{names[0]}\", is "
                + $"called like the one beside it, \"{names[1]}\", so it seems to have pixels. Read images without labels with "
                + "CsvImageReader.ReadUnlabeled; if there are labels, give their column.");
        CsvImageReader.Read(Stream(text), "file", names[^1]).Labels.ToArray().Should().Equal(3);
        CsvImageReader.Read(Stream(text), "file", ^1).Pixels.ToArray().Should().Equal(9, 1, 2);
    }

    [Fact]
    public void Read_NumbersAsNames_AreNamesOfPixels()
    {
        const string Text = "0,1,2,3\n9,1,2,3\n";

        Refused(() => CsvImageReader.Read(Stream(Text), "file", header: CsvHeader.Present), "*called like the one beside it, \"1\"*");
        CsvImageReader.Read(Stream(Text), "file", 0, CsvHeader.Present).Labels.ToArray().Should().Equal(9);
        CsvImageReader.Read(Stream("label,0,1,2,3\n9,1,2,3,4\n"), "file", "label").Pixels.ToArray().Should().Equal(1, 2, 3, 4);
        Refused(
            () => CsvImageReader.Read(Stream("label,0,1,2,x\n9,1,2,3,4\n"), "file", "label"),
            "file, line 1, column 5: *\"x\", is not called like most of them, a number.*");
    }

    [Theory]
    [InlineData("id")]
    [InlineData("Index")]
    [InlineData("Unnamed: 0")]
    [InlineData("ImageId")]
    public void Read_RowNumbers_AreNeitherLabelsNorPixels(string name)
    {
        Refused(
            () => CsvImageReader.Read(Stream($"{name},p0,p1\n0,1,2\n"), "file"),
            $"file, line 1, column 1: the label column must be known, but *\"{name}\", seems to have row numbers. Give the label *");
        Refused(
            () => CsvImageReader.Read(Stream($"{name},label,p0\n0,1,2\n"), "file"),
            $"file, line 1, column 1: all columns but that of the labels must have pixels, but this one, \"{name}\", seems to have row "
                + "numbers. Remove what is neither a label nor a pixel.");
        Refused(() => CsvImageReader.ReadUnlabeled(Stream($"{name},p0,p1\n0,1,2\n"), "file"), $"*\"{name}\", seems to have row numbers.*");
        CsvImageReader.Read(Stream($"{name},p0,p1\n0,1,2\n"), "file", name).Count.Should().Be(1, "the user has said so");
    }

    [Theory]
    [InlineData("label,p0,p1,split,p2", 4, "split")]
    [InlineData("label,class,p0,p1,p2", 2, "class")]
    [InlineData("label,p0,p1,p2,q3", 5, "q3")]
    public void Read_ColumnUnlikeTheOthers_IsNoPixel(string header, int column, string name)
    {
        Refused(
            () => CsvImageReader.Read(Stream($"{header}\n0,1,2,3,4\n"), "file"),
            $"file, line 1, column {column}: all columns but that of the labels must have pixels, but this one, \"{name}\", is not called "
                + "like most of them, \"p\" and a number. Remove what is neither a label nor a pixel.");
    }

    [Fact]
    public void Read_ColumnCalledLabel_IsNeverOneOfPixels()
    {
        Refused(
            () => CsvImageReader.Read(Stream("a,label,b\n0,1,2\n"), "file", 0),
            "file, line 1, column 2: *\"label\", seems to have labels, while column 1, \"a\", is the label column. Give the *");
        Refused(
            () => CsvImageReader.Read(Stream("label,a,LABEL\n0,1,2\n"), "file"),
            "file, line 1: one column must have the labels, but columns 1 and 3 are both called \"label\". Give *");
        Refused(
            () => CsvImageReader.ReadUnlabeled(Stream("Label,p0,p1\n0,1,2\n"), "file"),
            "file, line 1, column 1: *\"Label\", seems to have labels. Read images with labels with CsvImageReader.Read.*");
    }

    [Fact]
    public void Read_SquareNumberOfColumnsWithoutHeader_AsksWhetherThereAreLabels()
    {
        string text = string.Join(',', Enumerable.Range(0, 64)) + "\n";

        Refused(
            () => CsvImageReader.Read(Stream(text), "file"),
            "file, line 1: it must be clear whether the images have labels, but 64 columns without a header are as many as 8 x 8 pixels. "
                + "Read images without labels with CsvImageReader.ReadUnlabeled; if there are labels, give their column.");
        CsvImageReader.Read(Stream(text), "file", 0).Width.Should().Be(63);
        CsvImageReader.Read(Stream(text), "file", height: 9).Width.Should().Be(7);
        CsvImageReader.ReadUnlabeled(Stream(text), "file").Dimensions.Should().Equal(1, 8, 8);
    }

    [Fact]
    public void Read_MoreRowNumbersThanBytes_SaysWhatTheyAre()
    {
        foreach (int first in (int[])[0, 1])
        {
            string text = string.Concat(Enumerable.Range(first, 300).Select(i => $"{i},5,7\n"));
            Refused(
                () => CsvImageReader.Read(Stream(text), "file"),
                $"file, line {257 - first}, column 1: the label must be a whole number from 0 to 255, but is \"256\". The labels so far "
                    + "count the rows, so the column seems to have row numbers: *");
        }

        Refused(() => CsvImageReader.Read(Stream("255,1\n256,2\n"), "file"), "*but is \"256\".*");
    }

    [Theory]
    [InlineData("9,1,2,3\n8,1,2,3\n", 2)]
    [InlineData("pixel0,pixel1,pixel2,pixel3\n9,1,2,3.0\n8,\"1\",2,3\n", 2)]
    [InlineData("\n1;2;3;4", 1)]
    public void ReadUnlabeled_Pixels_GivesThemAll(string text, int count)
    {
        ByteTensor read = CsvImageReader.ReadUnlabeled(Stream(text), "file");

        read.Dimensions.Should().Equal(count, 2, 2);
        read.Data.ToArray().Should().Equal(count == 1 ? [1, 2, 3, 4] : [9, 1, 2, 3, 8, 1, 2, 3]);
    }

    [Fact]
    public void ReadUnlabeled_Shape_IsTheOneAskedFor()
    {
        CsvImageReader.ReadUnlabeled(Stream("1,2,3,4,5,6\n"), "file", height: 2).Dimensions.Should().Equal(1, 2, 3);
        CsvImageReader.ReadUnlabeled(Stream("1,2,3,4,5,6\n"), "file").Dimensions.Should().Equal(1, 1, 6);
        CsvImageReader.ReadUnlabeled(Stream("7\n8\n"), "file").Dimensions.Should().Equal(2, 1, 1);
        Refused(
            () => CsvImageReader.ReadUnlabeled(Stream("1,2,3,4,5,6\n"), "file", CsvHeader.Absent, 4, 4),
            "file, line 1: the number of pixel columns must be 4 x 4 = 16, but is 6.");
    }

    [Theory]
    [InlineData("5,NA,0\n", "file, line 1, column 2: the pixel must be a whole number from 0 to 255, but is \"NA\".")]
    [InlineData("5,x,0\n", "file, line 1: it must be clear whether the first row is a header*")]
    [InlineData("a,b\n", "file: there must be rows of numbers, but there is only a header.")]
    [InlineData("1 2 3\n", "file: there must be rows of numbers, but there is only a header. Fields are separated by commas in this "
        + "file, but the row has spaces.")]
    [InlineData("", "file: there must be rows of numbers, but the file is empty.")]
    public void ReadUnlabeled_WrongFile_SaysWhy(string text, string message) =>
        Refused(() => CsvImageReader.ReadUnlabeled(Stream(text), "file"), message);

    [Fact]
    public void ReadUnlabeled_FileAndArguments_AreCheckedLikeThoseOfRead()
    {
        using var folder = new TempDirectory();
        string path = folder.Write("images.csv.gz", TempDirectory.Gzip("1,2,3,4\n"u8));
        var trickle = new TrickleStream("1,2,3,4\n"u8.ToArray());

        CsvImageReader.ReadUnlabeled(path).Dimensions.Should().Equal(1, 2, 2);
        CsvImageReader.ReadUnlabeled(trickle, "file").Dimensions.Should().Equal(1, 2, 2);
        trickle.IsDisposed.Should().BeFalse();
        FluentActions.Invoking(() => CsvImageReader.ReadUnlabeled(string.Empty)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => CsvImageReader.ReadUnlabeled(null!, "file")).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => CsvImageReader.ReadUnlabeled(path, (CsvHeader)3))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("header");
        FluentActions.Invoking(() => CsvImageReader.ReadUnlabeled(path, width: 0))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("width");
    }

    private static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));

    private static void Refused(Action read, string message) =>
        read.Should().Throw<InvalidDataException>().WithMessage(message);
}
