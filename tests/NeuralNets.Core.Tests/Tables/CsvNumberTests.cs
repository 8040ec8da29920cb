using System.Globalization;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Tests.Tables;

/// <summary>Short numbers are read in a way of the library's, others by Sep or by .NET: all as .NET reads them.</summary>
public sealed class CsvNumberTests
{
    private const string Characters = "0123456789012345678900112233..--+eE";

    [Fact]
    public void TryParse_AnythingLikeANumber_IsWhatTheExactParserSays()
    {
        var random = new Random(1);
        string[] texts = [.. Enumerable.Range(0, LocalRun.Cases(100_000, 3_000_000)).Select(i => RandomText(random, i))];
        using var rows = new CsvRows(CsvText.Read(new StringReader(string.Join('\n', texts)), "file", ','));
        int numbers = 0;
        foreach (string text in texts)
        {
            rows.Read().Should().BeTrue();
            bool isNumber = rows.TryParse(0, out double actual);

            bool shouldBe = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double expected)
                && double.IsFinite(expected);
            if (isNumber != shouldBe || (isNumber && !RandomValues.SameBits(actual, expected)))
            {
                Assert.Fail($"{text} is {(shouldBe ? $"{expected:r}" : "no number")}, but was {(isNumber ? $"{actual:r}" : "none")}.");
            }

            numbers += isNumber ? 1 : 0;
        }

        numbers.Should().BeInRange(texts.Length / 2, texts.Length - 1000);
    }

    [Theory]
    [InlineData("9007199254740992", 9007199254740992.0)]
    [InlineData("9007199254740993", null)]
    [InlineData("-0", -0.0)]
    [InlineData("-.5", -0.5)]
    [InlineData("5.", 5.0)]
    [InlineData("0.00000000000000001", 1e-17)]
    [InlineData("99999999999999999999", null)]
    [InlineData("-", null)]
    [InlineData(".", null)]
    [InlineData("", null)]
    [InlineData("1e5", null)]
    [InlineData("+1", null)]
    [InlineData("1.2.3", null)]
    public void TryParseShort_OnlyWhatIsExact(string text, double? expected)
    {
        CsvNumber.TryParseShort(text, out double value).Should().Be(expected is not null);

        (expected is null || RandomValues.SameBits(value, expected.Value)).Should().BeTrue();
    }

    private static string RandomText(Random random, int i) => (i % 4) switch
    {
        0 => new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Characters[random.Next(Characters.Length)])]),
        1 => new string([.. Enumerable.Range(0, random.Next(1, 25)).Select(_ => Characters[random.Next(20)])]).Insert(random.Next(2), "."),
        2 => (random.NextInt64(1L << 54) / (double)Math.Pow(10, random.Next(19))).ToString("r", CultureInfo.InvariantCulture),
        _ => $"{(random.Next(2) == 0 ? "-" : "")}{random.NextInt64(1L << random.Next(1, 63))}.{random.Next(1 << random.Next(1, 30))}",
    };
}
