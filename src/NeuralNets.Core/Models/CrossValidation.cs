using System.Globalization;
using System.Numerics;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Models;

/// <summary>How well models of some settings answer rows that they have not learned from: each part of a table is the test of a model of
/// the others.</summary>
/// <remarks>The encoder is fitted anew in each fold, on its training part alone. Folds have the same share of each class.</remarks>
public sealed class CrossValidation
{
    private CrossValidation(TableEvaluation[] folds, Func<TableEvaluation, double> metric)
    {
        Folds = Array.AsReadOnly(folds);
        (Mean, Deviation) = Summarize(metric);
    }

    /// <summary>The evaluation of each fold.</summary>
    public IReadOnlyList<TableEvaluation> Folds { get; }

    /// <summary>The mean over the folds of the metric that was asked for.</summary>
    public double Mean { get; }

    /// <summary>Its population standard deviation over the folds.</summary>
    public double Deviation { get; }

    /// <summary>Validates settings.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="table">All rows.</param>
    /// <param name="target">The name of the column to predict.</param>
    /// <param name="settings">How models are made; null for the defaults.</param>
    /// <param name="foldCount">The number of folds, from 2 to that of the rows.</param>
    /// <param name="seed">The seed of the folds: the same seed gives the same ones.</param>
    /// <param name="metric">What is summarized; null for the accuracy of classes and R² of numbers.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of folds at a time; null for as many as there are processors. The number
    /// does not change the result.</param>
    /// <param name="cancellationToken">Stops between two steps of training.</param>
    /// <returns>The evaluations, with their mean and deviation.</returns>
    /// <exception cref="ArgumentException">The table cannot be encoded, has a class with fewer rows than folds, or a setting is not
    /// possible.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="table"/> or <paramref name="target"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CrossValidation Run<T>(
        Table table,
        string target,
        TableTraining<T>? settings = null,
        int foldCount = 5,
        long seed = 0,
        Func<TableEvaluation, double>? metric = null,
        int? maxDegreeOfParallelism = null,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(target);
        settings ??= new TableTraining<T>();
        settings.Check(nameof(settings));
        bool areClasses = settings.Encoder.Target == TargetUse.Class
            || (settings.Encoder.Target == TargetUse.Auto && !table[target].IsNumeric);
        IReadOnlyList<(Table Training, Table Test)> folds = table.Folds(foldCount, seed, areClasses ? target : null);
        var evaluations = new TableEvaluation[folds.Count];
        Parallelism.ForEach(
            folds.Count,
            maxDegreeOfParallelism,
            fold => evaluations[fold] = TableModel<T>.Fit(folds[fold].Training, target, settings, cancellationToken: cancellationToken)
                .Evaluate(folds[fold].Test),
            cancellationToken);
        return new CrossValidation(evaluations, metric ?? Metric.Default);
    }

    /// <summary>Returns the mean of a metric over the folds, and its population standard deviation.</summary>
    /// <param name="metric">What is summarized, such as <c>evaluation => evaluation.LogLoss!.Value</c>.</param>
    /// <returns>The mean and the deviation.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="metric"/> is null.</exception>
    public (double Mean, double Deviation) Summarize(Func<TableEvaluation, double> metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        return Moments.Of([.. Folds.Select(metric)]);
    }

    /// <summary>Returns mean and deviation.</summary>
    /// <returns>For instance <c>0.9852 ± 0.0118 over 5 folds</c>.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Mean:f4} ± {Deviation:f4} over {Folds.Count} folds");
}
