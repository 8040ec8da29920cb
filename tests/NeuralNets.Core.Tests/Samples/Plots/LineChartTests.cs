using System.Globalization;
using System.Xml.Linq;
using NeuralNets.Mnist.Plots;

namespace NeuralNets.Core.Tests.Samples.Plots;

public class LineChartTests
{
    [Fact]
    public void ToSvg_Points_AreDrawnWhereTheTicksSayTheyAre()
    {
        XElement svg = Chart([(0, 10), (4, 20), (10, 15)]).ToSvg("c");

        double[][] points = Points(svg, 0);
        points.Should().HaveCount(3);
        points[1][0].Should().BeApproximately(TickX(svg, "4"), 0.11);
        points[2][0].Should().BeApproximately(TickX(svg, "10"), 0.11);
        points[0][1].Should().BeApproximately(TickY(svg, "10"), 0.11);
        points[1][1].Should().BeApproximately(TickY(svg, "20"), 0.11);
        points[2][1].Should().BeApproximately((points[0][1] + points[1][1]) / 2, 0.11, "15 is half-way");
    }

    [Fact]
    public void ToSvg_LogarithmicAxis_HasEqualDecades()
    {
        XElement svg = Chart([(0, 0.01), (1, 0.1), (2, 10)], isLogarithmic: true).ToSvg("c");

        double[][] points = Points(svg, 0);
        (points[1][1] - points[2][1]).Should().BeApproximately(2 * (points[0][1] - points[1][1]), 0.31);
    }

    [Fact]
    public void ToSvg_PointThatCannotBeDrawn_BreaksTheLine()
    {
        Path(Chart([(0, 1), (1, 2), (2, double.NaN), (3, 3), (4, double.PositiveInfinity), (5, 4)]).ToSvg("c"), 0)
            .Should().MatchRegex(@"^M\S+ \S+ L\S+ \S+ M\S+ \S+ M\S+ \S+$");
        Path(Chart([(0, 1), (1, 0), (2, 1)], isLogarithmic: true).ToSvg("c"), 0).Should().MatchRegex(@"^M\S+ \S+ M\S+ \S+$");
    }

    [Fact]
    public void ToSvg_OnePointOrNone_IsStillAChart()
    {
        Chart([(1, 2.3)]).ToSvg("c").Descendants().Should().Contain(element => element.Name.LocalName == "circle");
        Path(Chart([]).ToSvg("c"), 0).Should().BeEmpty();
    }

    [Fact]
    public void ToSvg_ManyPoints_KeepsTheLastAndStaysSmall()
    {
        XElement svg = Chart([.. Enumerable.Range(0, 100_001).Select(i => ((double)i, Math.Sin(i)))]).ToSvg("c");

        double[][] points = Points(svg, 0);
        points.Length.Should().BeInRange(200, 401);
        points[^1][0].Should().BeApproximately(TickX(svg, "100,000"), 0.11);
        svg.ToString().Length.Should().BeLessThan(20_000);
    }

    [Fact]
    public void ToSvg_Lines_DifferInMoreThanColourAndAreNamed()
    {
        var chart = new LineChart("Title", "x", "y", [new Series("one & only", [(0, 1)]), new Series("two", [(0, 2)])]);

        XElement svg = chart.ToSvg("id");

        var parsed = XElement.Parse(svg.ToString());
        parsed.Name.Should().Be(XName.Get("svg", "http://www.w3.org/2000/svg"));
        string style = parsed.Elements().Single(element => element.Name.LocalName == "style").Value;
        style.Should().Contain(".line0 path{stroke:#1d5fa7;stroke-dasharray:none}")
            .And.Contain("stroke-dasharray:7 4").And.Contain("prefers-color-scheme:dark");
        Texts(parsed).Should().Contain(["Title", "x", "y", "one & only", "two"]);
        parsed.Attribute("aria-labelledby")!.Value.Should().Be("id-title id-text");
    }

    [Fact]
    public void Grid_Charts_LieBesideAndBelowEachOther()
    {
        LineChart chart = Chart([(0, 1), (1, 2)]);

        var svg = XElement.Parse(LineChart.Grid("g", "Three", [chart, chart, chart], columns: 2).ToString());

        XElement[] charts = [.. svg.Elements().Where(element => element.Name.LocalName == "svg")];
        charts.Select(inner => (double)inner.Attribute("x")!).Should().Equal(0, LineChart.Width, 0);
        ((double)charts[2].Attribute("y")!).Should().BeGreaterThan(chart.Height);
        svg.Descendants().Select(element => (string?)element.Attribute("id")).OfType<string>().Should().OnlyHaveUniqueItems();
    }

    private static LineChart Chart((double X, double Y)[] points, bool isLogarithmic = false) =>
        new("Cost", "epoch", "mean", [new Series("training", points)], isLogarithmic);

    private static IEnumerable<string> Texts(XElement svg) =>
        svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value);

    private static string Path(XElement svg, int line) => svg.Descendants()
        .First(element => (string?)element.Attribute("class") == $"line{line}").Elements().First().Attribute("d")!.Value;

    private static double[][] Points(XElement svg, int line) => [.. Path(svg, line).Split('M', 'L').Skip(1)
        .Select(point => point.Trim().Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray())];

    private static double TickX(XElement svg, string label) => Label(svg, label, "middle", "x");

    private static double TickY(XElement svg, string label) => Label(svg, label, "end", "y") - 4;

    private static double Label(XElement svg, string label, string anchor, string coordinate) => (double)svg.Descendants()
        .Where(element => element.Name.LocalName == "text" && element.Value == label)
        .Single(element => (string?)element.Attribute("text-anchor") == anchor)
        .Attribute(coordinate)!;
}
