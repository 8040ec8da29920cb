using NeuralNets.Core.Backends;

namespace NeuralNets.Core.Tests.Backends;

/// <summary>The backends that tests run on, by name.</summary>
internal static class TestBackends
{
    public static GemmBackend Create(string name) => name switch
    {
        "managed" => ManagedBackend.Instance,
        "mkl" => MklBackend.Create(),
        "mathnet" => new MathNetBackend(),
        _ => throw new ArgumentException($"There is no backend '{name}'.", nameof(name)),
    };
}

/// <summary>A fact about Intel MKL. Where CI is set, it fails without it, and does not let itself be skipped.</summary>
internal sealed class MklFactAttribute : FactAttribute
{
    public MklFactAttribute() => Skip = Mkl.Reason;
}

/// <summary>A theory about Intel MKL. Where CI is set, it fails without it, and does not let itself be skipped.</summary>
internal sealed class MklTheoryAttribute : TheoryAttribute
{
    public MklTheoryAttribute() => Skip = Mkl.Reason;
}

internal static class Mkl
{
    private static readonly bool s_isPresent = MklBackend.TryCreate(out _);

    public static string? Reason => s_isPresent || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : "needs Intel MKL; docs/backends.md says how to get it";
}
