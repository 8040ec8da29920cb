using System.Reflection;

namespace NeuralNets.Core.Tests;

/// <summary>The folder of the source code, for tests of what lies there: project files and documentation.</summary>
internal static class Repository
{
    public static string Folder { get; } = Path.GetFullPath(
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryPath").Value!,
        AppContext.BaseDirectory);

    /// <summary>The full path of a file or folder that is named from the root, with slashes.</summary>
    public static string PathOf(string name) => Path.GetFullPath(name, Folder);
}
