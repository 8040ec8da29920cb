using System.Xml;
using System.Xml.Linq;

namespace NeuralNets.Core.Tests.Samples;

/// <summary>A page that the sample wrote, which must be well-formed XML and need nothing from elsewhere.</summary>
internal sealed record HtmlPage(XElement Root, string Text)
{
    private static readonly string[] s_empty = ["meta", "img", "br"];

    public IEnumerable<XElement> Images => Root.Descendants("img");

    public IEnumerable<XElement> Tables => Root.Descendants("table");

    public static HtmlPage Load(string path)
    {
        string text = File.ReadAllText(path);
        text.Should().StartWith("<!DOCTYPE html>\n<html lang=\"en\">");
        new FileInfo(path).Length.Should().BeLessThan(1_000_000);
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore };
        using var reader = XmlReader.Create(new StringReader(text), settings);
        var page = new HtmlPage(XElement.Load(reader), text);
        page.CheckElements();
        page.CheckReferences();
        return page;
    }

    /// <summary>The cells of a table's body, without the heads of the rows.</summary>
    public static string[][] Cells(XElement table) =>
        [.. table.Element("tbody")!.Elements("tr").Select(row => row.Elements("td").Select(cell => cell.Value).ToArray())];

    /// <summary>What HTML has beyond XML: elements of its own names, end tags where it wants them, ids once, texts for
    /// images.</summary>
    private void CheckElements()
    {
        Root.Descendants().Select(element => (string?)element.Attribute("id")).OfType<string>().Should().OnlyHaveUniqueItems();
        foreach (XElement element in Root.Descendants())
        {
            element.Name.LocalName.Should().NotBe("script");
            if (element.Name.NamespaceName.Length == 0)
            {
                element.IsEmpty.Should().Be(s_empty.Contains(element.Name.LocalName), "HTML reads <x/> as <x>");
            }
        }

        Root.Element("head")!.Element("title")!.Value.Should().NotBeEmpty();
        Root.Descendants("h1").Should().ContainSingle();
        foreach (XElement image in Images)
        {
            image.Attribute("alt")!.Value.Should().NotBeEmpty();
            image.Attribute("src")!.Value.Should().StartWith("data:image/png;base64,");
        }

        foreach (XElement svg in Root.Descendants().Where(element => element.Name.LocalName == "svg"))
        {
            svg.Attribute("role")!.Value.Should().Be("img");
            string[] labels = svg.Attribute("aria-labelledby")!.Value.Split(' ');
            labels.Should().AllSatisfy(id => svg.Elements().Should().ContainSingle(part => (string?)part.Attribute("id") == id)
                .Which.Value.Should().NotBeEmpty());
        }
    }

    /// <summary>A page that opens offline refers to nothing but itself.</summary>
    private void CheckReferences()
    {
        Text.Replace("http://www.w3.org/2000/svg", string.Empty)
            .Should().NotContain("http").And.NotContain("url(").And.NotContain("@import");
        Root.Descendants("link").Should().BeEmpty();
    }
}
