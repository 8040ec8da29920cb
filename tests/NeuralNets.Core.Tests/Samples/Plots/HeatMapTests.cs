using System.Xml.Linq;
using NeuralNets.Mnist.Plots;

namespace NeuralNets.Core.Tests.Samples.Plots;

public class HeatMapTests
{
    [Fact]
    public void Create_Counts_ShowsThemShadedByTheirShareOfTheRow()
    {
        XElement table = HeatMap.Create("caption", "digit", "taken for", new long[,] { { 7, 1 }, { 0, 0 } });

        XElement[] cells = [.. table.Element("tbody")!.Descendants("td")];
        cells.Select(cell => cell.Value).Should().Equal("7", "1", "0", "0");
        cells.Select(cell => cell.Attribute("style")!.Value)
            .Should().Equal("--share:96%", "--share:50%", "--share:0%", "--share:0%");
        cells.Select(cell => (string?)cell.Attribute("class")).Should().Equal("same strong", null, "none", "same none");
        table.Element("caption")!.Value.Should().Be("caption");
        table.Descendants("th").Select(head => (head.Attribute("scope")!.Value, head.Attribute("title")!.Value)).Should().Equal(
            ("col", "taken for 0"), ("col", "taken for 1"), ("row", "digit 0"), ("row", "digit 1"));
    }
}
