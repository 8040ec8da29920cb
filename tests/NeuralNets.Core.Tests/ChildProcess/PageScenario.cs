using System.Reflection;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>Runs a program that was made of the code of a documentation page, in the folder where it lies.</summary>
internal static class PageScenario
{
    public static void Run(string program)
    {
        Environment.CurrentDirectory = Path.GetDirectoryName(program)!;
        Assembly.LoadFrom(program).EntryPoint!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [Array.Empty<string>()], null);
    }
}
