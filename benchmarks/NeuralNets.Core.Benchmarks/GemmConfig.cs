using System.Collections.Immutable;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Running;

namespace NeuralNets.Core.Benchmarks;

/// <summary>What the benchmarks of the matrix product have in common: a column of rates, no reference where a call of it takes
/// seconds, and tables in the order of the shapes in the source.</summary>
public sealed class GemmConfig : ManualConfig
{
    /// <summary>Beyond so many operations the reference takes seconds per call.</summary>
    internal const double ReferenceLimit = 1e9;

    public GemmConfig()
    {
        AddColumn(new GigaflopsColumn());
        AddFilter(new SimpleFilter(IsFast));
        AddFilter(OptionalBackends.Filter);
        Orderer = new SourceOrderer();
    }

    private static bool IsFast(BenchmarkCase benchmarkCase) =>
        benchmarkCase.Descriptor.WorkloadMethod.Name != nameof(GemmContenders<float>.Reference)
        || benchmarkCase.Parameters.Items.Select(item => item.Value).OfType<GemmShape>()
            .All(shape => shape.Operations <= ReferenceLimit);

    private sealed class SourceOrderer() : DefaultOrderer(SummaryOrderPolicy.Declared, MethodOrderPolicy.Declared)
    {
        public override IEnumerable<BenchmarkCase> GetExecutionOrder(
            ImmutableArray<BenchmarkCase> benchmarkCases, IEnumerable<BenchmarkLogicalGroupRule>? order = null) => benchmarkCases;

        public override IEnumerable<IGrouping<string, BenchmarkCase>> GetLogicalGroupOrder(
            IEnumerable<IGrouping<string, BenchmarkCase>> logicalGroups,
            IEnumerable<BenchmarkLogicalGroupRule>? order = null) => logicalGroups;
    }
}
