using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Models;

/// <summary>What a model answers for the rows of a table.</summary>
public sealed class TablePredictions
{
    private readonly double[] _answers; // (outputs × rows)
    private readonly int _outputs;

    internal TablePredictions(IReadOnlyList<string> classNames, double[] answers, IReadOnlyList<UnknownCategory> unknown)
    {
        _answers = answers;
        _outputs = Math.Max(1, classNames.Count);
        ClassNames = classNames;
        UnknownCategories = unknown;
    }

    /// <summary>The number of rows.</summary>
    public int Count => _answers.Length / _outputs;

    /// <summary>The names of the classes; empty if a number is predicted.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The values that training had not, each with the number of rows that have it.</summary>
    public IReadOnlyList<UnknownCategory> UnknownCategories { get; }

    /// <summary>The numbers in their own units, one per row.</summary>
    /// <exception cref="InvalidOperationException">A class is predicted.</exception>
    public ReadOnlySpan<double> Values => ClassNames.Count == 0
        ? _answers
        : throw new InvalidOperationException("What is predicted is a class, which has a name and no value.");

    /// <summary>The answer for a row.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public TableAnswer this[int row] => new(ClassNames, Answer(row).ToArray(), []);

    /// <summary>Returns the probabilities of the classes for a row.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <returns>One probability per class, in the order of <see cref="ClassNames"/>, in place.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="InvalidOperationException">A number is predicted.</exception>
    public ReadOnlySpan<double> GetProbabilities(int row) => ClassNames.Count > 0
        ? Answer(row)
        : throw new InvalidOperationException("What is predicted is a number, which has a value and no probabilities.");

    /// <summary>Returns the label of the most probable class of a row, the first of several.</summary>
    internal int LabelOf(int row)
    {
        ReadOnlySpan<double> probabilities = Answer(row);
        int best = 0;
        for (int i = 1; i < probabilities.Length; i++)
        {
            best = probabilities[i] > probabilities[best] ? i : best;
        }

        return best;
    }

    private ReadOnlySpan<double> Answer(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
        return _answers.AsSpan(row * _outputs, _outputs);
    }
}
