using System.Text.Json;

namespace NeuralNets.Core.Tests.Backends;

/// <summary>
/// The property <c>MathNetMkl</c> adds the packages of Math.NET's provider for Intel MKL. Not every package source has them, so the
/// projects are evaluated and not restored.
/// </summary>
public sealed class MathNetMklReferenceTests
{
    private static readonly string[] s_packages =
    [
        "MathNet.Numerics.Providers.MKL",
        OperatingSystem.IsWindows() ? "MathNet.Numerics.MKL.Win-x64" : "MathNet.Numerics.MKL.Linux-x64",
    ];

    [Theory]
    [InlineData("samples/NeuralNets.Mnist/NeuralNets.Mnist.csproj")]
    [InlineData("benchmarks/NeuralNets.Core.Benchmarks/NeuralNets.Core.Benchmarks.csproj")]
    public void Project_WithMathNetMkl_ReferencesTheProviderAndThePlatformsLibrary(string project)
    {
        string[] without = Items(project, "PackageReference");

        Items(project, "PackageReference", "-p:MathNetMkl=true").Should().BeEquivalentTo([.. without, .. s_packages]);
        without.Should().NotBeEmpty().And.NotContain(package => package.Contains("MKL", StringComparison.Ordinal));
        Items(project, "PackageVersion").Should().Contain(s_packages, "a reference without a version cannot be restored");
    }

    private static string[] Items(string project, string item, params string[] options)
    {
        string output = DotnetCommand.Run(["msbuild", Repository.File(project), $"-getItem:{item}", .. options]);
        using var json = JsonDocument.Parse(output);
        return [.. json.RootElement.GetProperty("Items").GetProperty(item).EnumerateArray().Select(each =>
            each.GetProperty("Identity").GetString()!)];
    }
}
