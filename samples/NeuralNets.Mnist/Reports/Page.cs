using System.Text;
using System.Xml;
using System.Xml.Linq;
using NeuralNets.Mnist.Plots;

namespace NeuralNets.Mnist.Reports;

/// <summary>An HTML page that needs nothing but itself: no script, no font, no address. It is also well-formed XML.</summary>
internal static class Page
{
    private const string Style =
        ":root{color-scheme:light dark;--page:#f4f5f7;--panel:#fff;--ink:#1c2127;--soft:#57606a;--rule:#d0d7de;--same:#2f74c0;"
        + "--other:#d2560f;--onstrong:#fff;--bar:#2f74c0}"
        + "@media (prefers-color-scheme:dark){:root{--page:#0d1014;--panel:#16191f;--ink:#e6e9ed;--soft:#9aa4b0;--rule:#3b424c;"
        + "--same:#3a7cc4;--other:#c2571b;--onstrong:#fff;--bar:#5b9be0}}"
        + "*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}"
        + "ul{padding-left:1.2rem}li{margin:.3rem 0}.tiles li{margin:0}main{max-width:1100px;margin:0 auto;padding:1rem}"
        + "h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}"
        + "h2{font-size:1.2rem;margin:0 0 .6rem}* + h2{margin-top:1.2rem}"
        + "p{margin:.4rem 0 .8rem;max-width:75ch}.soft{color:var(--soft)}"
        + "section{background:var(--panel);border:1px solid var(--rule);border-radius:8px;"
        + "padding:1rem;margin:1rem 0;overflow-x:auto}"
        + ".pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:1rem}"
        + ".chart{display:block;width:100%;max-width:640px;height:auto;margin:0 auto}"
        + "table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
        + "caption{text-align:left;color:var(--soft);padding-bottom:.4rem}"
        + "th,td{padding:.25rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--rule)}"
        + "th:first-child,.words td{text-align:left}"
        + ".words th{text-align:left;vertical-align:top;white-space:nowrap}.words td{overflow-wrap:anywhere;white-space:normal}"
        + ".bar{display:block;height:.8em;min-width:1px;background:var(--bar);border-radius:2px}"
        + ".bars td.space{width:45%;min-width:5rem}"
        + "@media (max-width:520px){main{padding:.5rem}section{padding:.7rem}th,td{padding:.25rem .2rem;font-size:.85rem}"
        + "th{white-space:normal}.words th{white-space:normal}}"
        + ".tiles{display:grid;gap:.8rem;list-style:none;margin:0;padding:0}.tiles figure{margin:0}"
        + ".tiles img{display:block;width:100%;image-rendering:pixelated;border:1px solid var(--rule)}"
        + ".tiles figcaption{font-size:.8rem;line-height:1.3;padding-top:.2rem}"
        + ".digits{grid-template-columns:repeat(auto-fill,minmax(96px,1fr))}"
        + ".weights{grid-template-columns:repeat(auto-fill,minmax(56px,1fr));gap:4px}";

    // The elements that HTML knows to be empty; every other one needs an end tag.
    private static readonly HashSet<string> s_empty = ["meta", "img", "br"];

    /// <summary>Writes a page.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">The title of the page, and its heading.</param>
    /// <param name="content">What is under the heading.</param>
    public static void Write(string path, string title, params object?[] content)
    {
        var html = new XElement(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"),
                    new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", title),
                new XElement("style", Style + HeatMap.Style)),
            new XElement("body", new XElement("main", new XElement("h1", title), content)));
        foreach (XElement element in html.Descendants()
            .Where(element => element.IsEmpty && !s_empty.Contains(element.Name.LocalName)))
        {
            element.Value = string.Empty;
        }

        Save(path, html, "<!DOCTYPE html>\n");
    }

    /// <summary>Writes an SVG drawing as a file of its own.</summary>
    public static void WriteSvg(string path, XElement svg)
    {
        // As large as its units when it is opened on its own.
        string[] box = svg.Attribute("viewBox")!.Value.Split(' ');
        svg = new XElement(svg);
        svg.Add(new XAttribute("width", box[2]), new XAttribute("height", box[3]));
        Save(path, svg, string.Empty);
    }

    public static XElement Section(string heading, params object?[] content) =>
        new("section", new XElement("h2", heading), content);

    public static XElement Paragraph(string text) => new("p", text);

    /// <summary>Creates a table whose first column heads its rows.</summary>
    public static XElement Table(string caption, string[] columns, IEnumerable<object[]> rows) => new(
        "table",
        new XElement("caption", caption),
        new XElement("thead", new XElement("tr", columns.Select(column => Head("col", column)))),
        new XElement("tbody", rows.Select(row => new XElement(
            "tr",
            Head("row", row[0]),
            row.Skip(1).Select(cell => new XElement("td", cell))))));

    /// <summary>Creates a table of names and what they stand for.</summary>
    public static XElement Facts(IEnumerable<(string Name, string Value)> facts) => new(
        "table",
        new XAttribute("class", "words"),
        new XElement("tbody", facts.Select(fact => new XElement(
            "tr", Head("row", fact.Name), new XElement("td", fact.Value)))));

    /// <summary>Images side by side.</summary>
    /// <param name="kind"><c>digits</c>, or the smaller <c>weights</c>.</param>
    /// <param name="images">Each image's address, the text that stands for it,
    /// and what is written below it, if anything is.</param>
    public static XElement Tiles(string kind, IEnumerable<(string Source, string Text, string? Caption)> images) => new(
        "ul",
        new XAttribute("class", "tiles " + kind),
        images.Select(image => new XElement("li", new XElement(
            "figure",
            new XElement("img", new XAttribute("src", image.Source), new XAttribute("alt", image.Text)),
            image.Caption is null ? null : new XElement("figcaption", image.Caption)))));

    private static XElement Head(string scope, object content) => new("th", new XAttribute("scope", scope), content);

    private static void Save(string path, XElement root, string start)
    {
        var settings = new XmlWriterSettings
        {
            OmitXmlDeclaration = true,
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            ConformanceLevel = ConformanceLevel.Fragment,
            NewLineChars = "\n",
        };
        try
        {
            using FileStream file = File.Create(path);
            using var writer = XmlWriter.Create(file, settings);
            writer.WriteRaw(start);
            root.WriteTo(writer);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserException(exception.Message);
        }
    }
}
