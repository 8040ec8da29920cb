namespace NeuralNets.Core.Data;

/// <summary>Whether the first row of a CSV file names the columns.</summary>
public enum CsvHeader
{
    /// <summary>Words and numbers tell. Of images, the first row is a header if it has words and no numbers, and data if it has no words;
    /// of tables, it is a header if it has words above columns of numbers, and data if it has numbers in columns of numbers. Where it has
    /// both, reading ends with an error: no row is dropped on suspicion. Missing values are neither.</summary>
    Detect,

    /// <summary>The first row is a header, whatever it holds.</summary>
    Present,

    /// <summary>The first row is data.</summary>
    Absent,
}
