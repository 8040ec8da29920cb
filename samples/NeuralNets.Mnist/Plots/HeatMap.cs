using System.Globalization;
using System.Xml.Linq;

namespace NeuralNets.Mnist.Plots;

/// <summary>A table of counts whose cells are shaded by their fraction of the row, as an HTML element:
/// the numbers stay text.</summary>
internal static class HeatMap
{
    /// <summary>The styles of the table, which its page must have.</summary>
    public const string Style =
        ".heat{border-collapse:separate;border-spacing:2px;font-size:clamp(.62rem,2.6vw,.9rem);font-variant-numeric:tabular-nums}"
        + ".heat th,.heat td{padding:.35em .2em;min-width:2.5em;text-align:center;border:0}"
        + ".heat td{border-radius:3px;background:color-mix(in srgb,var(--other) var(--share),var(--panel))}"
        + ".heat td.same{background:color-mix(in srgb,var(--same) var(--share),var(--panel));font-weight:700}"
        + ".heat td.strong{color:var(--onstrong)}.heat td.none{opacity:.55}"
        + "@media (max-width:520px){.heat{border-spacing:1px;width:100%;table-layout:fixed}"
        + ".heat th,.heat td{min-width:0;padding:.6em 0;font-size:.68rem}}";

    /// <summary>Draws the table. The shade grows with the cube root of the fraction, so that rare mistakes are seen.</summary>
    /// <param name="caption">What the table shows.</param>
    /// <param name="rowLabel">What the rows are.</param>
    /// <param name="columnLabel">What the columns are.</param>
    /// <param name="counts">The counts, one row per actual class and one column per predicted class.</param>
    /// <returns>A <c>table</c> element.</returns>
    public static XElement Create(string caption, string rowLabel, string columnLabel, long[,] counts)
    {
        int rows = counts.GetLength(0), columns = counts.GetLength(1);
        return new XElement(
            "table",
            new XAttribute("class", "heat"),
            new XElement("caption", caption),
            new XElement(
                "thead",
                new XElement(
                    "tr",
                    new XElement("td", new XAttribute("class", "corner"), string.Empty),
                    Enumerable.Range(0, columns).Select(column => Header("col", columnLabel, column)))),
            new XElement("tbody", Enumerable.Range(0, rows).Select(row => new XElement(
                "tr", Header("row", rowLabel, row), Enumerable.Range(0, columns).Select(column => Cell(row, column))))));

        XElement Cell(int row, int column)
        {
            long total = Enumerable.Range(0, columns).Sum(other => counts[row, other]);
            double fraction = total == 0 ? 0 : Math.Cbrt((double)counts[row, column] / total);
            List<string> classes = [];
            classes.AddRange(row == column ? ["same"] : []);
            classes.AddRange(fraction > 0.5 ? ["strong"] : []);
            classes.AddRange(counts[row, column] == 0 ? ["none"] : []);
            return new XElement(
                "td",
                classes.Count == 0 ? null : new XAttribute("class", string.Join(' ', classes)),
                new XAttribute("style", string.Create(CultureInfo.InvariantCulture, $"--share:{100 * fraction:F0}%")),
                counts[row, column]);
        }
    }

    private static XElement Header(string scope, string label, int number) => new(
        "th", new XAttribute("scope", scope), new XAttribute("title", $"{label} {number}"), number);
}
