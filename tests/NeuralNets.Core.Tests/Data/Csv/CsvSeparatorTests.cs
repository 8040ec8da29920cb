using NeuralNets.Core.Data.Csv;
using nietras.SeparatedValues;

namespace NeuralNets.Core.Tests.Data.Csv;

public sealed class CsvSeparatorTests
{
    [Theory]
    [InlineData("", ',')]
    [InlineData("\n\n", ',')]
    [InlineData("a", ',')]
    [InlineData("a b\n1 2\n", ',')]
    [InlineData("a,b\n1,2\n", ',')]
    [InlineData("a;b\n1;2\n", ';')]
    [InlineData("a\tb\n1\t2\n", '\t')]
    [InlineData("a|b\n1|2\n", '|')]
    [InlineData("1,5;2,5\n3,5;4,5\n", ';')]
    [InlineData("1,5;2\n3;4,5\n", ';')]
    [InlineData("a,b;c,d\n1,2,3\n4,5,6\n", ',')]
    [InlineData("name,text\n\"a;b\",c\n\"d;e\",f\n", ',')]
    [InlineData("\"a,b\";c\n\"d,e,f\";g\n", ';')]
    [InlineData("name,text\nx,one; two\ny,three\n", ',')]
    [InlineData("a,b\n\n1,2\n   \n3,4\n", ',')]
    [InlineData("a;b;c\n1;2\n3;4;5\n", ';')]
    [InlineData("a,b\n\"1\n2;3\n4;5\",6\n", ',')]
    [InlineData("a;b\n1;2\n3", ';')]
    [InlineData("a;b\n1;2\n1,2\n", ';')]
    [InlineData("1 ,\t2 ,\t3\n4 ,\t5 ,\t6\n", ',')]
    [InlineData("1\t,2\t,3\n4\t, 5\t,6\n", ',')]
    [InlineData("\"1\",\t\"2\"\n\"3\",\t\"4\"\n", ',')]
    [InlineData("a,b,\t\n1,2,\t\n", ',')]
    [InlineData("1\t\t2\n\"3\"\t4\t\"5\"\n", '\t')]
    [InlineData("a;b\t c\td\n1\t2\t3\n4\t5\t6\n", '\t')]
    [InlineData(" \t\na,b\n1,2\n", ',')]
    public void Detect_Rows_FindsWhatSeparates(string text, char expected) => CsvSeparator.Detect(text).Should().Be(expected);

    [Fact]
    public void Detect_RowsAfterTheFirstHundred_DoNotCount()
    {
        string text = string.Concat(Enumerable.Repeat("1;2\n", 100)) + "a,b,c\n";

        CsvSeparator.Detect(text).Should().Be(';');
    }

    /// <summary>Sep must take all that may be told, so that no exception of its own comes through.</summary>
    [Fact]
    public void IsPossible_AnyCharacter_SepTakesIt()
    {
        char[] possible = [.. Enumerable.Range(0, char.MaxValue + 1).Select(i => (char)i).Where(CsvSeparator.IsPossible)];

        possible.Should().Contain([',', ';', '\t', '|', ' ', ':', '^', '~']).And.NotContain(['"', '#', '\r', '\n', '\0', '0', 'a', 'é']);
        foreach (char separator in possible)
        {
            using SepReader reader = Sep.New(separator).Reader(options => options with { HasHeader = false }).FromText($"1{separator}2\n");
            reader.MoveNext().Should().BeTrue();
            reader.Current.ColCount.Should().Be(2, $"of U+{(int)separator:X4}");
        }
    }

    [Theory]
    [InlineData("sep=é\n1é2\n")]
    [InlineData("sep=\"\n1,2\n")]
    [InlineData("sep=1\n")]
    [InlineData("sep=\u0001\n")]
    public void Read_ImpossibleSeparatorTold_IsRefused(string text)
    {
        FluentActions.Invoking(() => CsvText.Read(new StringReader(text), "file", null))
            .Should().Throw<InvalidDataException>().WithMessage("file, line 1: the separator must be a printable ASCII character*");
    }
}
