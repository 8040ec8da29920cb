using System.Globalization;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Models;

/// <summary>What a model answers for one row: a class with its probability, or a number.</summary>
public sealed class TableAnswer
{
    private readonly double[] _answer;

    internal TableAnswer(IReadOnlyList<string> classNames, double[] answer, IReadOnlyList<UnknownCategory> unknown)
    {
        _answer = answer;
        ClassNames = classNames;
        UnknownCategories = unknown;
        int best = Array.IndexOf(answer, answer.Max());
        ClassName = classNames.Count == 0 ? null : classNames[best];
        Probability = classNames.Count == 0 ? null : answer[best];
        Value = classNames.Count == 0 ? answer[0] : null;
    }

    /// <summary>The name of the most probable class, the first of several; null if a number is predicted.</summary>
    public string? ClassName { get; }

    /// <summary>Its probability; null if a number is predicted.</summary>
    public double? Probability { get; }

    /// <summary>The number in its own units; null if a class is predicted.</summary>
    public double? Value { get; }

    /// <summary>The names of the classes; empty if a number is predicted.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The probabilities of the classes in the order of their names; empty if a number is predicted.</summary>
    public IReadOnlyList<double> Probabilities => ClassNames.Count == 0 ? [] : _answer;

    /// <summary>The values of the row that training had not. Empty in an answer out of <see cref="TablePredictions"/>, which has those of
    /// all rows together.</summary>
    public IReadOnlyList<UnknownCategory> UnknownCategories { get; }

    /// <summary>Returns the answer.</summary>
    /// <returns>For instance <c>Gentoo (99.3 %)</c> or <c>41.27</c>.</returns>
    public override string ToString() => ClassName is null
        ? Value!.Value.ToString("g6", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{ClassName} ({100 * Probability:f1} %)");
}
