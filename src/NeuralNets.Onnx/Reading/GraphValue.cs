using NeuralNets.Onnx.Format;

namespace NeuralNets.Onnx.Reading;

/// <summary>What is known of a value of a graph.</summary>
internal abstract record GraphValue;

/// <summary>Numbers that do not depend on the samples, row by row, except that NaN among integers stands for the number of
/// samples.</summary>
/// <param name="Numbers">The numbers.</param>
/// <param name="Dimensions">The dimensions, none for a single number.</param>
/// <param name="Type">The element type in the file.</param>
internal sealed record ConstantValue(double[] Numbers, long[] Dimensions, TensorType Type) : GraphValue
{
    /// <summary>The only number; null if there are others.</summary>
    public double? Single => Numbers.Length == 1 ? Numbers[0] : null;

    /// <summary>Whether there are numbers, and none stands for the number of samples.</summary>
    public bool AreNumbers => Numbers.Length > 0 && (Type is TensorType.Float or TensorType.Double || !Numbers.Any(double.IsNaN));

    /// <summary>Whether it is a matrix.</summary>
    public bool IsMatrix => Dimensions.Length == 2 && AreNumbers;
}

/// <summary>A value of each sample: a row of numbers, or several dimensions of them.</summary>
/// <param name="Step">The last product or the like that it comes from.</param>
/// <param name="Function">The function of each element of it.</param>
/// <param name="Dimensions">The dimensions of a sample; null if they are not known.</param>
/// <param name="IsColumns">Whether a sample is a column.</param>
/// <param name="Node">The node that made it.</param>
internal sealed record SignalValue(Step Step, Expression Function, long[]? Dimensions, bool IsColumns, OnnxNode? Node) : GraphValue
{
    /// <summary>The number of elements of a sample; null if it is not known.</summary>
    public long? Width => Dimensions?.Aggregate(1L, (product, dimension) => product * dimension);
}

/// <summary>Labels, or what is made of them, which a network computes by itself.</summary>
/// <param name="Source">The values that they are the labels of.</param>
/// <param name="IsLargest">Whether they are the positions of the largest value.</param>
internal sealed record LabelValue(SignalValue Source, bool IsLargest) : GraphValue;

/// <summary>What no network of dense layers has.</summary>
/// <param name="Reason">A sentence that says which node makes it.</param>
internal sealed record ForeignValue(string Reason) : GraphValue;
