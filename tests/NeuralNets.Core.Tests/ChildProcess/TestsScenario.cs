using System.Reflection;
using NeuralNets.Core.Kernels;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>
/// Runs the tests of the kernels without a test host, which a published program does not have: for another processor, under
/// emulation (<c>.ci/arm64</c>).
/// </summary>
internal static class TestsScenario
{
    private const string Kernels = "NeuralNets.Core.Tests.Kernels.";

    /// <summary>
    /// Runs the tests of the kernels for the process's own vector width and those that are for any, but no sweeps.
    /// </summary>
    /// <param name="leftOut">Parts of the names of tests that are left out: those that take too long.</param>
    /// <returns>Whether there were tests, and all of them passed.</returns>
    public static bool RunKernels(string[] leftOut)
    {
        Assembly assembly = typeof(TestsScenario).Assembly;
        using var framework = new XunitTestFramework(new NullMessageSink());
        using ITestFrameworkDiscoverer discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        using ITestFrameworkExecutor executor = framework.GetExecutor(assembly.GetName());
        using var sink = new Sink();
        var options = new Options();
        discoverer.Find(includeSourceInformation: false, sink, options);
        sink.Discovered.Wait();
        executor.RunTests(sink.Tests.Where(test => IsMeant(test, leftOut)), sink, options);
        sink.Finished.Wait();
        Console.WriteLine($"{Simd.Width}: {sink.Passed} passed, {sink.Failed} failed");
        return sink is { Passed: > 0, Failed: 0 };
    }

    private static bool IsMeant(ITestCase test, string[] leftOut) =>
        test.TestMethod.TestClass.Class.Name.StartsWith(Kernels, StringComparison.Ordinal)
        && !test.Traits.ContainsKey("Kind")
        && !Enum.GetValues<SimdWidth>().Any(width => width != Simd.Width && Has(test, $"width: {(int)width}"))
        && !leftOut.Any(part => Has(test, part));

    private static bool Has(ITestCase test, string part) => test.DisplayName.Contains(part, StringComparison.Ordinal);

    /// <summary>Collects what is found, and counts the results.</summary>
    private sealed class Sink : LongLivedMarshalByRefObject, IMessageSink, IDisposable
    {
        public List<ITestCase> Tests { get; } = [];

        public ManualResetEventSlim Discovered { get; } = new();

        public ManualResetEventSlim Finished { get; } = new();

        public int Passed { get; private set; }

        public int Failed { get; private set; }

        /// <summary>Called by one thread at a time, since the tests do not run in parallel.</summary>
        public bool OnMessage(IMessageSinkMessage message)
        {
            switch (message)
            {
                case ITestCaseDiscoveryMessage found:
                    Tests.Add(found.TestCase);
                    break;
                case IDiscoveryCompleteMessage:
                    Discovered.Set();
                    break;
                case ITestPassed:
                    Passed++;
                    break;
                case ITestFailed failed:
                    Fail(failed.Test.DisplayName, failed);
                    break;
                case IErrorMessage error:
                    Fail("The runner", error);
                    break;
                case ITestAssemblyFinished:
                    Finished.Set();
                    break;
            }

            return true;
        }

        public void Dispose()
        {
            Discovered.Dispose();
            Finished.Dispose();
        }

        private void Fail(string what, IFailureInformation failure)
        {
            Failed++;
            Console.WriteLine($"{what} failed: {string.Join(Environment.NewLine, failure.Messages)}");
        }
    }

    /// <summary>All settings at their defaults, but one test at a time.</summary>
    private sealed class Options : LongLivedMarshalByRefObject, ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = new() { ["xunit.execution.DisableParallelization"] = true };

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out object? value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }
}
