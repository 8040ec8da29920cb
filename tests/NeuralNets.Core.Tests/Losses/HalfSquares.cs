using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core.Tests.Losses;

/// <summary>A loss that is not the library's: ½·Σ(z − y)² on outputs without a function.</summary>
internal sealed class HalfSquares<T> : ILoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void CheckOutput(ILayerActivation<T> output, int outputCount)
    {
        if (output is not Identity<T>)
        {
            throw new ArgumentException($"Half squares belong to Identity, but the output layer has {output}.", nameof(output));
        }
    }

    public void Evaluate(ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs)
    {
        int outputs = logits.Length / costs.Length;
        costs.Clear();
        for (int i = 0; i < logits.Length; i++)
        {
            derivatives[i] = logits[i] - targets.Values[i];
            double distance = double.CreateChecked(derivatives[i]);
            costs[i / outputs] += 0.5 * distance * distance;
        }
    }
}
