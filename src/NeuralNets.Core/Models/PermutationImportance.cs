using System.Globalization;
using System.Numerics;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Models;

/// <summary>How much a model loses when the values of a column are mixed up: what it makes of that column.</summary>
/// <remarks>All features of a column are mixed up together, since the values of the table are. Of two columns that say the same, each may
/// seem unimportant, since the model has the other. Compute it on rows that the model has not learned from.</remarks>
/// <param name="Column">The name of the column.</param>
/// <param name="Mean">The mean over the repetitions of the metric without mixing minus that with.</param>
/// <param name="Deviation">Its population standard deviation.</param>
public sealed record PermutationImportance(string Column, double Mean, double Deviation)
{
    /// <summary>Computes the importance of each column that the model uses.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="table">A table with the target, such as the test part; its weights count.</param>
    /// <param name="repetitions">How often each column is mixed up, positive.</param>
    /// <param name="seed">The seed of the orders: the same seed gives the same result.</param>
    /// <param name="metric">What is lost; null for the accuracy of classes and R² of numbers.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads; null for as many as there are processors. The number does not
    /// change the result.</param>
    /// <param name="cancellationToken">Stops between two evaluations.</param>
    /// <returns>One element per column, the most important one first.</returns>
    /// <exception cref="ArgumentException">The table cannot be evaluated: see <see cref="TableModel{T}.Evaluate"/>.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> or <paramref name="table"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<PermutationImportance> Compute<T>(
        TableModel<T> model,
        Table table,
        int repetitions = 5,
        long seed = 0,
        Func<TableEvaluation, double>? metric = null,
        int? maxDegreeOfParallelism = null,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(repetitions);
        metric ??= Metric.Default;
        double whole = metric(model.Evaluate(table));
        IReadOnlyList<string> names = model.Encoder.ColumnNames;
        double[] losses = new double[names.Count * repetitions];
        Parallelism.ForEach(
            losses.Length,
            maxDegreeOfParallelism,
            i => losses[i] = whole - metric(model.Evaluate(WithMixedColumn(
                table, names[i / repetitions], RandomSequence.ForImportance(seed, i / repetitions, i % repetitions)))),
            cancellationToken);
        return
        [
            .. names.Select((name, i) => Of(name, losses.AsSpan(i * repetitions, repetitions)))
                .OrderByDescending(importance => importance.Mean),
        ];
    }

    /// <summary>Returns the column and what is lost without it.</summary>
    /// <returns>For instance <c>flipper_length_mm: 0.2136 ± 0.0153</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Column}: {Mean:f4} ± {Deviation:f4}");

    private static PermutationImportance Of(string name, ReadOnlySpan<double> losses)
    {
        (double mean, double deviation) = Moments.Of(losses);
        return new PermutationImportance(name, mean, deviation);
    }

    private static Table WithMixedColumn(Table table, string name, RandomSequence random)
    {
        int[] order = new int[table.RowCount];
        random.Permutation(order);
        return new Table(table.Columns.Select(column => column.Name == name ? column.Select(order) : column));
    }
}
