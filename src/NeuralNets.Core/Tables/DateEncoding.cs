using System.Globalization;

namespace NeuralNets.Core.Tables;

/// <summary>A date: its day as a standardized number, its month and its day of the week as categories, and its hour if training had
/// times.</summary>
internal sealed class DateEncoding(string column, double mean, double deviation, bool hasHours, bool hasMissing)
    : ColumnEncoding(column, hasMissing)
{
    /// <summary>The number of months.</summary>
    public const int Months = 12;

    /// <summary>The number of days of a week.</summary>
    public const int Days = 7;

    private const int Hours = 24;

    private static readonly DateTime s_start = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);

    private static readonly string[] s_formats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd HH:mm:ss.FFFFFFF'Z'",
    ];

    /// <summary>The mean of the days since the start of 2000.</summary>
    public double Mean { get; } = mean;

    /// <summary>Their population standard deviation; 0 if all are one day.</summary>
    public double Deviation { get; } = deviation;

    public bool HasHours { get; } = hasHours;

    public override int ValueFeatureCount => 1 + Months + Days + (HasHours ? Hours : 0);

    public override string Requirement => "a date of ISO 8601, such as 2026-11-27 or 2026-11-27T16:30";

    /// <exception cref="ArgumentException">A text is not a date.</exception>
    public static DateEncoding Fit(TableColumn column)
    {
        var days = new List<double>();
        bool hasHours = false;
        for (int row = 0; row < column.Count; row++)
        {
            if (column.GetText(row) is not { } text)
            {
                continue;
            }

            if (!TryParse(text, out DateTime date))
            {
                throw new ArgumentException(
                    $"Row {row}, column \"{column.Name}\": a date must be one of ISO 8601, such as 2026-11-27 or 2026-11-27T16:30, but is "
                    + $"\"{text}\".");
            }

            hasHours |= date.TimeOfDay != TimeSpan.Zero;
            days.Add((date - s_start).TotalDays);
        }

        (double mean, double deviation) = Moments.Of(days.ToArray());
        return new DateEncoding(column.Name, mean, deviation, hasHours, column.MissingCount > 0);
    }

    public static bool TryParse(string text, out DateTime date) => DateTime.TryParseExact(
        text, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out date);

    public override string Describe() => $"date: day, month, day of the week{(HasHours ? ", hour" : "")}{(HasMissing ? ", missing" : "")}";

    protected override IEnumerable<string> NameValueFeatures()
    {
        DateTimeFormatInfo names = CultureInfo.InvariantCulture.DateTimeFormat;
        return
        [
            $"{Column} day",
            .. Enumerable.Range(1, Months).Select(month => $"{Column} = {names.GetMonthName(month)}"),
            .. Enumerable.Range(0, Days).Select(day => $"{Column} = {(DayOfWeek)day}"),
            .. Enumerable.Range(0, HasHours ? Hours : 0).Select(hour => $"{Column} = {hour} h"),
        ];
    }

    protected override CellResult EncodeValue(TableCell cell, Span<double> features)
    {
        if (cell.Text is null || !TryParse(cell.Text, out DateTime date))
        {
            return CellResult.Invalid;
        }

        double day = (DateTime.SpecifyKind(date, DateTimeKind.Unspecified) - s_start).TotalDays;
        features[0] = Deviation == 0 ? 0 : (day - Mean) / Deviation;
        features[date.Month] = 1;
        features[1 + Months + (int)date.DayOfWeek] = 1;
        if (HasHours)
        {
            features[1 + Months + Days + date.Hour] = 1;
        }

        return CellResult.Known;
    }

    protected override CellResult EncodeMissing(Span<double> features) => HasMissing ? CellResult.Known : CellResult.Unknown;
}
