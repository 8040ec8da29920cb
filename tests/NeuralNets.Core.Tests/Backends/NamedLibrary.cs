using System.Runtime.InteropServices;
using System.Text;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Backends;

/// <summary>Libraries for Linux that can be loaded, and that have the names of others: copies of one of .NET's own.</summary>
internal static class NamedLibrary
{
    /// <summary>Long enough for the names of others.</summary>
    public const string OriginalName = "libSystem.IO.Compression.Native.so";

    public static string Original => Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), OriginalName);

    /// <summary>The bytes of a library that says it is <paramref name="name"/>.</summary>
    public static byte[] Create(string name)
    {
        byte[] bytes = File.ReadAllBytes(Original);
        byte[] original = Encoding.UTF8.GetBytes(OriginalName);
        byte[] replacement = new byte[original.Length];
        Encoding.UTF8.GetBytes(name, replacement);
        for (int i = bytes.AsSpan().IndexOf(original); i >= 0; i = bytes.AsSpan().IndexOf(original))
        {
            replacement.CopyTo(bytes, i);
        }

        return bytes;
    }

    /// <summary>Writes a library under the name that it says it has.</summary>
    public static void Write(TempDirectory folder, string name) => folder.Write(name, Create(name));
}
