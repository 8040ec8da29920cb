namespace NeuralNets.Core.Data;

/// <summary>Whether the first row of a CSV file names the columns.</summary>
public enum CsvHeader
{
    /// <summary>The first row is a header when any of its fields is a word: neither a number nor empty. A first row of numbers
    /// is data and is never dropped.</summary>
    Detect,

    /// <summary>The first row is a header, whatever it holds.</summary>
    Present,

    /// <summary>The first row is data.</summary>
    Absent,
}
