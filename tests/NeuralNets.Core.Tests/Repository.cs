using System.Reflection;

namespace NeuralNets.Core.Tests;

/// <summary>The repository from which the tests were built.</summary>
internal static class Repository
{
    /// <summary>The folder, absolute.</summary>
    public static string Folder { get; } = Path.GetFullPath(
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryPath").Value!,
        AppContext.BaseDirectory);

    /// <summary>Debug or Release: what the tests, and the library with them, were built as.</summary>
    public static string Configuration { get; } =
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The path of a file, given relative to the repository.</summary>
    public static string File(string path) => Path.Combine(Folder, path);
}
