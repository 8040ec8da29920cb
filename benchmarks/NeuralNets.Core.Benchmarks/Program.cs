using BenchmarkDotNet.Running;
using NeuralNets.Core.Benchmarks;

// "race" and "gemm" are the measurements for comparison with other programs; everything else goes to BenchmarkDotNet.
switch (args)
{
    case ["race", ..]:
        return Race.Run(args[1..]);
    case ["gemm", ..]:
        return GemmRates.Run(args[1..]);
    case ["step", ..]:
        return StepParts.Run(args[1..]);
    case ["csv", ..]:
        return CsvRates.Run(args[1..]);
    case ["search", ..]:
        return TargetSearch.Run(args[1..]);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(GemmShape).Assembly).Run(args);
        return 0;
}
