using System.Globalization;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Tables;

/// <summary>A number, minus the mean and divided by the deviation, both of training; 0 for all numbers where training had one
/// only.</summary>
internal sealed class NumberEncoding(string column, double median, double mean, double deviation, bool hasMissing)
    : ColumnEncoding(column, hasMissing)
{
    /// <summary>What stands for a missing number.</summary>
    public double Median { get; } = median;

    public double Mean { get; } = mean;

    /// <summary>The population standard deviation; 0 for a constant.</summary>
    public double Deviation { get; } = deviation;

    public override int ValueFeatureCount => 1;

    public override string Requirement => "a number within the range of the network's";

    /// <summary>Finds mean and deviation in the numbers of training, missing ones as their median.</summary>
    /// <param name="column">The name.</param>
    /// <param name="numbers">The numbers, NaN where one is missing.</param>
    /// <param name="isScaled">Whether numbers are scaled; otherwise they stay as they are.</param>
    public static NumberEncoding Fit(string column, ReadOnlySpan<double> numbers, bool isScaled)
    {
        double median = MedianOf(numbers);
        double[] present = new double[numbers.Length];
        bool hasMissing = false;
        for (int i = 0; i < present.Length; i++)
        {
            hasMissing |= double.IsNaN(numbers[i]);
            present[i] = double.IsNaN(numbers[i]) ? median : numbers[i];
        }

        (double mean, double deviation) = isScaled ? Moments.Of(present) : (0, 1);
        return new NumberEncoding(column, median, mean, deviation, hasMissing);
    }

    public override string Describe() => Deviation == 0
        ? "constant: 0"
        : (Mean, Deviation) == (0, 1) ? "as it is"
        : string.Create(CultureInfo.InvariantCulture, $"(x {(Mean < 0 ? '+' : '-')} {Math.Abs(Mean):g6}) / {Deviation:g6}")
            + (HasMissing ? string.Create(CultureInfo.InvariantCulture, $", missing: {Median:g6} and 1 feature") : "");

    protected override IEnumerable<string> NameValueFeatures() => [Column];

    protected override CellResult EncodeValue(TableCell cell, Span<double> features)
    {
        double number = cell.Number ?? double.NaN;
        if (cell.Text is not null && !CsvRows.TryParseNumber(cell.Text, CultureInfo.InvariantCulture, out number))
        {
            return CellResult.Invalid;
        }

        features[0] = Scale(number);
        return double.IsFinite(number) ? CellResult.Known : CellResult.Invalid;
    }

    protected override CellResult EncodeMissing(Span<double> features)
    {
        features[0] = Scale(Median);
        return HasMissing ? CellResult.Known : CellResult.Unknown;
    }

    private double Scale(double number) => Deviation == 0 ? 0 : (number - Mean) / Deviation;

    /// <summary>Returns the median of the numbers that are there, the mean of the middle two if they are even in number; 0 if there is
    /// none.</summary>
    private static double MedianOf(ReadOnlySpan<double> numbers)
    {
        double[] present = [.. numbers.ToArray().Where(number => !double.IsNaN(number)).Order()];
        int middle = present.Length / 2;
        return present.Length == 0 ? 0
            : present.Length % 2 == 1 ? present[middle]
            : present[middle - 1] + ((present[middle] / 2) - (present[middle - 1] / 2));
    }
}
