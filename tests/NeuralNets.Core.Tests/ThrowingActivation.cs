using System.Collections.Concurrent;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests;

/// <summary>The identity, until it has been called so often: then it throws once.</summary>
internal sealed class ThrowingActivation(int calls) : IActivation<double>
{
    private int _calls;

    /// <summary>The threads that have called it.</summary>
    public ConcurrentDictionary<Thread, bool> Threads { get; } = [];

    public void Evaluate(ReadOnlySpan<double> z, Span<double> a)
    {
        Threads[Thread.CurrentThread] = true;
        if (Interlocked.Increment(ref _calls) == calls)
        {
            throw new FormatException("The activation's own.");
        }

        z.CopyTo(a);
    }

    public void MultiplyByDerivative(ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> gradient)
    {
    }
}
