using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace NeuralNets.Core.Benchmarks;

/// <summary>Billions of floating-point operations per second, from the <see cref="GemmShape"/> and the mean time.</summary>
public sealed class GigaflopsColumn : IColumn
{
    public string Id => nameof(GigaflopsColumn);

    public string ColumnName => "GFLOP/s";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "2·m·n·k operations over the mean time, in billions a second";

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(benchmarkCase);
        GemmShape? shape = benchmarkCase.Parameters.Items.Select(item => item.Value).OfType<GemmShape>().FirstOrDefault();
        double? nanoseconds = summary[benchmarkCase]?.ResultStatistics?.Mean;
        return shape is null || nanoseconds is null
            ? "-"
            : (shape.Operations / nanoseconds.Value).ToString("0.0", CultureInfo.InvariantCulture);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
}
