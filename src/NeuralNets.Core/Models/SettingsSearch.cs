using System.Diagnostics;
using System.Numerics;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Models;

/// <summary>Tries given settings by cross-validation, one after the other on the same folds, and says which are best.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class SettingsSearch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private SettingsSearch(List<(TableTraining<T> Settings, CrossValidation Result)> tried) => Tried = tried.AsReadOnly();

    /// <summary>The settings that were tried, in the order in which they were given, with their results.</summary>
    public IReadOnlyList<(TableTraining<T> Settings, CrossValidation Result)> Tried { get; }

    /// <summary>The settings with the largest mean of the metric, the first of several.</summary>
    public (TableTraining<T> Settings, CrossValidation Result) Best => Tried.MaxBy(
        tried => double.IsNaN(tried.Result.Mean) ? double.NegativeInfinity : tried.Result.Mean);

    /// <summary>Tries settings.</summary>
    /// <param name="table">All rows that may be learned from; those of the last test, which says how good the best settings are, must not
    /// be among them.</param>
    /// <param name="target">The name of the column to predict.</param>
    /// <param name="candidates">The settings, of which at least the first is tried.</param>
    /// <param name="foldCount">The number of folds, from 2 to that of the rows.</param>
    /// <param name="seed">The seed of the folds.</param>
    /// <param name="metric">What shall be large; null for the accuracy of classes and R² of numbers.</param>
    /// <param name="timeBudget">The time after which no further settings are tried; null for none. The results of those that are tried do
    /// not depend on it.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of folds at a time; null for as many as there are processors. The number
    /// does not change the results.</param>
    /// <param name="cancellationToken">Stops between two steps of training.</param>
    /// <returns>The results.</returns>
    /// <exception cref="ArgumentException">There are no settings, or as <see cref="CrossValidation.Run"/>.</exception>
    /// <exception cref="ArgumentNullException">An argument that must not be null is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static SettingsSearch<T> Run(
        Table table,
        string target,
        IEnumerable<TableTraining<T>> candidates,
        int foldCount = 5,
        long seed = 0,
        Func<TableEvaluation, double>? metric = null,
        TimeSpan? timeBudget = null,
        int? maxDegreeOfParallelism = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        long start = Stopwatch.GetTimestamp();
        var tried = new List<(TableTraining<T>, CrossValidation)>();
        foreach (TableTraining<T> settings in candidates)
        {
            ArgumentNullException.ThrowIfNull(settings, nameof(candidates));
            if (tried.Count > 0 && Stopwatch.GetElapsedTime(start) >= timeBudget)
            {
                break;
            }

            tried.Add((settings, CrossValidation.Run(
                table, target, settings, foldCount, seed, metric, maxDegreeOfParallelism, cancellationToken)));
        }

        return tried.Count > 0
            ? new SettingsSearch<T>(tried)
            : throw new ArgumentException("A search needs at least one candidate, but there was none.", nameof(candidates));
    }
}
