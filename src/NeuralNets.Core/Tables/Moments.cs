namespace NeuralNets.Core.Tables;

/// <summary>The mean and the standard deviation of a column.</summary>
internal static class Moments
{
    // Squares of numbers beyond these overflow or vanish.
    private const double Large = 1e100;
    private const double Small = 1e-100;

    /// <summary>Returns the mean and the deviation of a population, <c>√(Σ(x − mean)²/n)</c>, summed in order; the deviation of equal
    /// numbers is 0 exactly.</summary>
    /// <param name="numbers">Finite numbers.</param>
    public static (double Mean, double Deviation) Of(ReadOnlySpan<double> numbers)
    {
        double least = double.PositiveInfinity;
        double greatest = double.NegativeInfinity;
        foreach (double number in numbers)
        {
            least = Math.Min(least, number);
            greatest = Math.Max(greatest, number);
        }

        if (numbers.IsEmpty || least == greatest)
        {
            return (numbers.IsEmpty ? 0 : least, 0);
        }

        double magnitude = Math.Max(Math.Abs(least), Math.Abs(greatest));
        double unit = magnitude is > Large or < Small ? magnitude : 1;
        double sum = 0;
        foreach (double number in numbers)
        {
            sum += number / unit;
        }

        double mean = sum / numbers.Length;
        double squares = 0;
        foreach (double number in numbers)
        {
            double difference = (number / unit) - mean;
            squares += difference * difference;
        }

        return (mean * unit, Math.Sqrt(squares / numbers.Length) * unit);
    }
}
