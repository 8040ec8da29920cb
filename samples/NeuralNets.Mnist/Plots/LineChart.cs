using System.Globalization;
using System.Xml.Linq;

namespace NeuralNets.Mnist.Plots;

/// <summary>A line of a chart. A point that is not finite, or not positive where the axis is logarithmic, breaks it.</summary>
internal sealed record Series(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A line chart as an SVG element, in light or dark as the viewer prefers. Lines differ in their dashes as well as in
/// their colours.</summary>
/// <param name="Title">What the chart shows, drawn above it.</param>
/// <param name="XLabel">What the horizontal axis measures, with its unit.</param>
/// <param name="YLabel">What the vertical axis measures, with its unit.</param>
/// <param name="Series">The lines; from the seventh on, styles repeat.</param>
/// <param name="IsLogarithmic">Whether the vertical axis is logarithmic.</param>
internal sealed record LineChart(
    string Title, string XLabel, string YLabel, IReadOnlyList<Series> Series, bool IsLogarithmic = false)
{
    public const int Width = 420;

    private const int Left = 62;
    private const int Right = 14;
    private const int Top = 52;
    private const int PlotHeight = 190;
    private const int LegendTop = Top + PlotHeight + 54;
    private const int LegendRow = 19;
    private const int MostPoints = 400;
    private const int MostMarkers = 30;

    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    // Colour-blind-safe hues, dark enough on white and light enough on black.
    private static readonly (string Light, string Dark, string Dashes)[] s_styles =
    [
        ("#1d5fa7", "#7db8f5", "none"),
        ("#b8420f", "#f7a072", "7 4"),
        ("#1c7a3e", "#7fd39a", "2 3"),
        ("#7a2a9b", "#d09bea", "10 3 2 3"),
        ("#7a6200", "#e0c65a", "12 3 2 3 2 3"),
        ("#0b7285", "#70cfe0", "14 5"),
    ];

    public int Height => LegendTop + (LegendRow * Series.Count);

    /// <summary>Draws the chart.</summary>
    /// <param name="id">A prefix for the ids in the drawing, unique on its page.</param>
    /// <returns>An <c>svg</c> element that stands alone or in a page.</returns>
    public XElement ToSvg(string id)
    {
        (Series Series, List<(double X, double Y)> Points)[] lines = [.. Series.Select(series => (series, Thin(series.Points)))];
        (double X, double Y)[] drawn = [.. lines.SelectMany(line => line.Points).Where(IsDrawable)];
        var x = Axis.Spanning([0, .. drawn.Select(point => point.X)]);
        var y = Axis.Spanning(drawn.Select(point => point.Y), IsLogarithmic, hasMargin: true);
        return new XElement(
            s_svg + "svg",
            new XAttribute("viewBox", $"0 0 {Width} {Height}"),
            new XAttribute("role", "img"),
            new XAttribute("aria-labelledby", $"{id}-title {id}-text"),
            new XAttribute("class", "chart"),
            new XElement(s_svg + "title", new XAttribute("id", $"{id}-title"), Title),
            new XElement(s_svg + "desc", new XAttribute("id", $"{id}-text"), Describe()),
            new XElement(s_svg + "style", Style()),
            Background(),
            Text(Width / 2, 18, "middle", Title, "heading"),
            Text(6, Top - 12, "start", YLabel),
            y.Ticks.Select(tick => new[]
            {
                Line(Left, Y(tick), Width - Right, Y(tick)),
                Text(Left - 6, Y(tick) + 4, "end", Axis.Format(tick)),
            }),
            x.Ticks.Select(tick => new[]
            {
                Line(X(tick), Top + PlotHeight, X(tick), Top + PlotHeight + 5),
                Text(X(tick), Top + PlotHeight + 18, "middle", Axis.Format(tick)),
            }),
            Line(Left, Top + PlotHeight, Width - Right, Top + PlotHeight),
            Text((Left + Width - Right) / 2.0, Top + PlotHeight + 36, "middle", XLabel),
            lines.Select((line, i) => Draw(line.Points, i)),
            Series.Select((series, i) => Legend(series, i)));

        double X(double value) => Left + ((Width - Left - Right) * x.Position(value));
        double Y(double value) => Top + (PlotHeight * (1 - y.Position(value)));

        XElement Draw(List<(double X, double Y)> points, int index)
        {
            var path = new List<string>();
            bool isDown = false;
            foreach ((double X, double Y) point in points)
            {
                if (IsDrawable(point))
                {
                    char command = isDown ? 'L' : 'M';
                    path.Add(string.Create(CultureInfo.InvariantCulture, $"{command}{X(point.X):0.#} {Y(point.Y):0.#}"));
                }

                isDown = IsDrawable(point);
            }

            return new XElement(
                s_svg + "g",
                new XAttribute("class", StyleName(index)),
                new XElement(s_svg + "path", new XAttribute("d", string.Join(' ', path))),
                points.Count > MostMarkers ? null : points.Where(IsDrawable).Select(point => new XElement(
                    s_svg + "circle", Number("cx", X(point.X)), Number("cy", Y(point.Y)), new XAttribute("r", "2.5"))));
        }
    }

    /// <summary>Places charts beside and below each other in one drawing.</summary>
    public static XElement Grid(string id, string title, IReadOnlyList<LineChart> charts, int columns)
    {
        int height = charts.Max(chart => chart.Height) + 12;
        int rows = (charts.Count + columns - 1) / columns;
        return new XElement(
            s_svg + "svg",
            new XAttribute("viewBox", $"0 0 {columns * Width} {rows * height}"),
            new XAttribute("role", "img"),
            new XAttribute("aria-labelledby", $"{id}-title"),
            new XAttribute("class", "chart"),
            new XElement(s_svg + "title", new XAttribute("id", $"{id}-title"), title),
            new XElement(s_svg + "style", Style()),
            Background(),
            charts.Select((chart, i) =>
            {
                XElement svg = chart.ToSvg($"{id}-{i + 1}");
                svg.Add(
                    new XAttribute("x", i % columns * Width),
                    new XAttribute("y", i / columns * height),
                    new XAttribute("width", Width),
                    new XAttribute("height", chart.Height));
                return svg;
            }));
    }

    private bool IsDrawable((double X, double Y) point) =>
        double.IsFinite(point.X) && double.IsFinite(point.Y) && (!IsLogarithmic || point.Y > 0);

    /// <summary>Keeps one point in so many, and the last one: more than there are pixels would only make the file larger.</summary>
    private static List<(double X, double Y)> Thin(IReadOnlyList<(double X, double Y)> points)
    {
        int step = ((points.Count - 1) / MostPoints) + 1;
        return [.. points.Where((_, i) => i % step == 0 || i == points.Count - 1)];
    }

    /// <summary>Returns the chart in words, for those who do not see it.</summary>
    private string Describe() => string.Join(' ', Series.Select(series => series.Points.Count == 0
        ? $"{series.Name}: no points."
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{series.Name}: {YLabel} from {series.Points[0].Y:G4} at {series.Points[0].X:G4} "
            + $"to {series.Points[^1].Y:G4} at {series.Points[^1].X:G4} {XLabel}.")));

    private static IEnumerable<XElement> Legend(Series series, int index)
    {
        int y = LegendTop + (LegendRow * index);
        yield return new XElement(
            s_svg + "g",
            new XAttribute("class", StyleName(index)),
            new XElement(s_svg + "path", new XAttribute("d", $"M{Left} {y - 4}h44")));
        yield return Text(Left + 52, y, "start", series.Name);
    }

    private static XElement Background() => new(
        s_svg + "rect", new XAttribute("class", "page"), new XAttribute("width", "100%"), new XAttribute("height", "100%"));

    private static XElement Line(double x1, double y1, double x2, double y2) => new(
        s_svg + "line", new XAttribute("class", "rule"), Number("x1", x1), Number("y1", y1), Number("x2", x2), Number("y2", y2));

    private static XElement Text(double x, double y, string anchor, string text, string kind = "text") => new(
        s_svg + "text",
        Number("x", x),
        Number("y", y),
        new XAttribute("text-anchor", anchor),
        new XAttribute("class", kind),
        text);

    private static XAttribute Number(string name, double value) => new(name, value.ToString("0.#", CultureInfo.InvariantCulture));

    private static string StyleName(int index) => $"line{index % s_styles.Length}";

    private static string Style()
    {
        string lines = string.Concat(s_styles.Select((style, i) =>
            $".chart .line{i} path{{stroke:{style.Light};stroke-dasharray:{style.Dashes}}}"
            + $".chart .line{i} circle{{fill:{style.Light}}}"));
        string dark = string.Concat(s_styles.Select((style, i) =>
            $".chart .line{i} path{{stroke:{style.Dark}}}.chart .line{i} circle{{fill:{style.Dark}}}"));
        return ".chart .page{fill:#fff}.chart text{font:12px system-ui,sans-serif;fill:#24292f}"
            + ".chart .heading{font-weight:600;font-size:13px}"
            + ".chart path{fill:none;stroke-width:2;stroke-linejoin:round}.chart .rule{stroke:#d0d7de}" + lines
            + "@media (prefers-color-scheme:dark){.chart .page{fill:#16191f}"
            + ".chart text{fill:#dfe3e8}.chart .rule{stroke:#3b424c}" + dark + "}";
    }
}
