using System.Globalization;
using System.Reflection;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>
/// Runs a program that was made of the code of a documentation page, in the folder where it lies, and under another culture than the
/// invariant one: readers have their own.
/// </summary>
internal static class PageScenario
{
    public static void Run(string program, params string[] arguments)
    {
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = ForeignCulture.Create();
        Environment.CurrentDirectory = Path.GetDirectoryName(program)!;
        Assembly.LoadFrom(program).EntryPoint!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [arguments], null);
    }
}
