using System.Buffers;
using System.Numerics;

namespace NeuralNets.Core.Tables;

/// <summary>How the values of one column become features.</summary>
/// <param name="column">The name of the column.</param>
/// <param name="hasMissing">Whether a missing value has a feature of its own, the last one: there was one in training.</param>
internal abstract class ColumnEncoding(string column, bool hasMissing)
{
    /// <summary>So many features of a column lie on the stack.</summary>
    private const int OnStack = 64;

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

    /// <summary>Writes the features of a value. Does not allocate in steady state.</summary>
    /// <param name="cell">The value.</param>
    /// <param name="features">Receives its features.</param>
    /// <remarks>The features are made as doubles and converted here: a generic method that each encoding overrides would be looked up in
    /// each call.</remarks>
    public CellResult Encode<T>(TableCell cell, Span<T> features)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[]? rented = features.Length > OnStack ? ArrayPool<double>.Shared.Rent(features.Length) : null;
        Span<double> exact = (rented is null ? stackalloc double[OnStack] : rented)[..features.Length];
        exact.Clear();
        CellResult result = Encode(cell, exact);
        for (int i = 0; i < exact.Length; i++)
        {
            features[i] = ElementType.FromDouble<T>(exact[i]);
            result = T.IsFinite(features[i]) ? result : CellResult.Invalid;
        }

        if (rented is not null)
        {
            ArrayPool<double>.Shared.Return(rented);
        }

        return result;
    }

    protected abstract IEnumerable<string> NameValueFeatures();

    /// <param name="cell">A value that is not missing.</param>
    /// <param name="features">Its features, which are 0.</param>
    protected abstract CellResult EncodeValue(TableCell cell, Span<double> features);

    /// <summary>Writes what stands for a missing value beside the feature that says so.</summary>
    protected abstract CellResult EncodeMissing(Span<double> features);

    private CellResult Encode(TableCell cell, Span<double> features)
    {
        if (!cell.IsMissing)
        {
            return EncodeValue(cell, features);
        }

        if (HasMissing)
        {
            features[^1] = 1;
        }

        return EncodeMissing(features);
    }
}
