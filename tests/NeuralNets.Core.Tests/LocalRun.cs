namespace NeuralNets.Core.Tests;

/// <summary>Tests of many cases run a fixed small share of them unless NEURALNETS_EXHAUSTIVE is 1 in the environment.</summary>
internal static class LocalRun
{
    public static bool IsExhaustive { get; } = Environment.GetEnvironmentVariable("NEURALNETS_EXHAUSTIVE") == "1";

    public static int Cases(int always, int exhaustive) => IsExhaustive ? exhaustive : always;
}
