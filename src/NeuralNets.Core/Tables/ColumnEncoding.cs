using System.Numerics;

namespace NeuralNets.Core.Tables;

/// <summary>How the values of one column become features.</summary>
/// <param name="column">The name of the column.</param>
/// <param name="hasMissing">Whether a missing value has a feature of its own, the last one: there was one in training.</param>
internal abstract class ColumnEncoding(string column, bool hasMissing)
{
    public string Column { get; } = column;

    public bool HasMissing { get; } = hasMissing;

    /// <summary>The number of features.</summary>
    public int FeatureCount => ValueFeatureCount + (HasMissing ? 1 : 0);

    /// <summary>The number of features but that for a missing value.</summary>
    public abstract int ValueFeatureCount { get; }

    /// <summary>What a value must be, for messages.</summary>
    public abstract string Requirement { get; }

    /// <summary>Returns in a few words what becomes of the column.</summary>
    public abstract string Describe();

    /// <summary>Returns the names of the features. They are made when they are asked for: each repeats that of the column, so together they
    /// may be far longer than the file that they come from.</summary>
    public IEnumerable<string> NameFeatures() =>
        HasMissing ? NameValueFeatures().Append($"{Column} is missing") : NameValueFeatures();

    /// <summary>Writes the features of a value.</summary>
    /// <param name="cell">The value.</param>
    /// <param name="features">Its features, which are 0.</param>
    public CellResult Encode<T>(TableCell cell, Span<T> features)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!cell.IsMissing)
        {
            return EncodeValue(cell, features);
        }

        if (HasMissing)
        {
            features[^1] = T.One;
        }

        return EncodeMissing(features);
    }

    protected abstract IEnumerable<string> NameValueFeatures();

    protected abstract CellResult EncodeValue<T>(TableCell cell, Span<T> features)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Writes what stands for a missing value beside the feature that says so.</summary>
    protected abstract CellResult EncodeMissing<T>(Span<T> features)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
