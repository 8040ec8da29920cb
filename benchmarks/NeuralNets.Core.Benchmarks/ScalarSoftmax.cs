using System.Numerics;

namespace NeuralNets.Core.Benchmarks;

/// <summary>Softmax as one would write it with <see cref="MathF"/> or <see cref="Math"/>.</summary>
internal static class ScalarSoftmax
{
    public static void Evaluate<T>(T[] logits, T[] probabilities, int classes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int start = 0; start < logits.Length; start += classes)
        {
            T max = logits[start];
            for (int i = start; i < start + classes; i++)
            {
                max = T.Max(max, logits[i]);
            }

            T sum = T.Zero;
            for (int i = start; i < start + classes; i++)
            {
                probabilities[i] = T.Exp(logits[i] - max);
                sum += probabilities[i];
            }

            for (int i = start; i < start + classes; i++)
            {
                probabilities[i] /= sum;
            }
        }
    }
}
