using System.Globalization;
using System.Text.Json;

namespace NeuralNets.Core.Tables;

/// <summary>A value of one row in one column: a number, a text, or nothing where it is missing.</summary>
/// <remarks>Numbers, texts, truth values and dates convert to one by themselves. Does not allocate for numbers and texts.</remarks>
public readonly struct TableCell : IEquatable<TableCell>
{
    /// <summary>What is true as text.</summary>
    internal const string True = "true";

    /// <summary>What is false as text.</summary>
    internal const string False = "false";

    private readonly bool _hasNumber;
    private readonly double _number;

    private TableCell(double number)
    {
        _hasNumber = !double.IsNaN(number);
        _number = _hasNumber ? number : 0;
    }

    private TableCell(string? text) => Text = text;

    /// <summary>Whether there is no value.</summary>
    public bool IsMissing => !_hasNumber && Text is null;

    /// <summary>The number, or null if the value is a text or missing.</summary>
    public double? Number => _hasNumber ? _number : null;

    /// <summary>The text, or null if the value is a number or missing.</summary>
    public string? Text { get; }

    /// <summary>Makes a cell of a number.</summary>
    /// <param name="number">The number; NaN for a missing one.</param>
    public static implicit operator TableCell(double number) => new(number);

    /// <summary>Makes a cell of a text.</summary>
    /// <param name="text">The text; null or empty for a missing one.</param>
    public static implicit operator TableCell(string? text) => new(string.IsNullOrEmpty(text) ? null : text);

    /// <summary>Makes a cell of a truth value: the text <c>true</c> or <c>false</c>.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator TableCell(bool value) => new(value ? True : False);

    /// <summary>Makes a cell of a date and a time: the text of ISO 8601, the time left out where it is midnight.</summary>
    /// <param name="date">The date.</param>
    public static implicit operator TableCell(DateTime date) => new(date.ToString(
        date.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture));

    /// <summary>Compares two cells.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they have the same value.</returns>
    public static bool operator ==(TableCell left, TableCell right) => left.Equals(right);

    /// <summary>Compares two cells.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they have different values.</returns>
    public static bool operator !=(TableCell left, TableCell right) => !left.Equals(right);

    /// <summary>Makes a cell of what a record, a dictionary or a database has.</summary>
    /// <param name="value">A number, a text, a truth value, a date (<see cref="DateTime"/>, <see cref="DateOnly"/>,
    /// <see cref="DateTimeOffset"/>, which counts in its own time zone), a <see cref="Guid"/>, a <see cref="char"/>, a value of an
    /// enumeration, a JSON element of one of these kinds, or null and <see cref="DBNull"/> for a missing value. A <see cref="decimal"/> and
    /// a large whole number are rounded to <see cref="double"/>.</param>
    /// <returns>The cell.</returns>
    /// <exception cref="ArgumentException">It is something else, or an infinite number.</exception>
    public static TableCell From(object? value) => value switch
    {
        null or DBNull => default,
        TableCell cell => cell,
        string text => text,
        bool truth => truth,
        Enum constant => constant.ToString(),
        char character => character.ToString(),
        DateTime date => date,
        DateTimeOffset date => date.DateTime,
        DateOnly date => date.ToDateTime(TimeOnly.MinValue),
        Guid identifier => identifier.ToString(),
        JsonElement json => FromJson(json),
        Half half => Finite((double)half),
        byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal =>
            Finite(((IConvertible)value).ToDouble(CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException(
            $"A value of a table must be a number, a text, a truth value, a date or missing, but is a {value.GetType()}.", nameof(value)),
    };

    /// <summary>Makes a cell of a text of a column, where an empty one is no missing value.</summary>
    internal static TableCell OfText(string text) => new(text);

    /// <inheritdoc/>
    public bool Equals(TableCell other) =>
        _hasNumber == other._hasNumber && _number.Equals(other._number) && string.Equals(Text, other.Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TableCell other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_hasNumber, _number, Text);

    /// <summary>Returns the value as text, empty if it is missing.</summary>
    /// <returns>A number in the invariant culture.</returns>
    public override string ToString() => _hasNumber ? _number.ToString(CultureInfo.InvariantCulture) : Text ?? string.Empty;

    private static TableCell FromJson(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => default,
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => Finite(json.GetDouble()),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new ArgumentException(
            $"A value of a table must be a number, a text, a truth value or null, but is a JSON {json.ValueKind}.", nameof(json)),
    };

    private static TableCell Finite(double number) => double.IsInfinity(number)
        ? throw new ArgumentException("A number of a table must be finite, or NaN where it is missing, but is infinite.", nameof(number))
        : new TableCell(number);
}
