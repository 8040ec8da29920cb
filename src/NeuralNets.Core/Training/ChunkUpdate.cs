using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training;

/// <summary>
/// What a chunk adds to the gradients of its batch, and with the last chunk of a batch the update of the parameters,
/// <c>w ← fma(−rate, gradient·scale, w)</c>.
/// </summary>
/// <param name="Backend">What computes the products.</param>
/// <param name="IsFirst">Whether it is the first chunk of its batch: gradients start from it.</param>
/// <param name="IsLast">Whether it is the last chunk of its batch: the parameters are updated.</param>
/// <param name="Scale">One over the number of samples of the batch.</param>
/// <param name="Rate">The learning rate.</param>
internal readonly record struct ChunkUpdate<T>(GemmBackend Backend, bool IsFirst, bool IsLast, T Scale, T Rate)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The gradient of a block of weights, <c>dW = dZ·Aᵀ</c>, and their update.</summary>
    /// <param name="dz">(units × samples).</param>
    /// <param name="a">(inputs × samples).</param>
    /// <param name="weights">(units × inputs).</param>
    /// <param name="gradient">The sums so far, in the same places; may be empty where a batch is one chunk.</param>
    /// <param name="leadingDimension">The step from column to column of the weights and the sums, which leave no gaps.</param>
    public void Weights(MatrixView<T> dz, MatrixView<T> a, MatrixTarget<T> weights, MatrixTarget<T> gradient, int leadingDimension)
    {
        if (IsLast && Backend.IsManaged)
        {
            Gemm.Descend(dz, a.Transposed, weights.Span, IsFirst ? [] : gradient.Span, leadingDimension, Scale, Rate);
        }
        else if (IsLast && IsFirst)
        {
            Backend.AddScaled(-Rate * Scale, dz, a.Transposed, weights, leadingDimension);
        }
        else
        {
            if (IsFirst)
            {
                Backend.Product(dz, a.Transposed, gradient, leadingDimension);
            }
            else
            {
                Backend.Accumulate(dz, a.Transposed, gradient, leadingDimension);
            }

            if (IsLast)
            {
                Elementwise.Apply(gradient.Span, weights.Span, weights.Span, new DescendOperator(Scale, -Rate));
            }
        }
    }

    /// <summary>The same for the first layer, whose input is zero in many places.</summary>
    /// <param name="dz">(units × samples).</param>
    /// <param name="a">(inputs × samples).</param>
    /// <param name="nonzeros">What of <paramref name="a"/> transposed is not zero; see <see cref="Nonzeros"/>.</param>
    /// <param name="singly">Whether each column is computed for itself: needed unless all of <paramref name="dz"/> is finite.</param>
    /// <param name="list">Room for a number a sample.</param>
    /// <param name="weights">(units × inputs).</param>
    /// <param name="gradient">The sums so far, in the same places; may be empty where a batch is one chunk.</param>
    /// <param name="leadingDimension">The step from column to column of the weights and the sums.</param>
    public void Weights(
        MatrixView<T> dz,
        MatrixView<T> a,
        ReadOnlySpan<ulong> nonzeros,
        bool singly,
        Span<int> list,
        Span<T> weights,
        Span<T> gradient,
        int leadingDimension)
    {
        if (IsLast)
        {
            ZeroSkippingGemm.Descend(
                dz, a.Transposed, nonzeros, singly, list, weights, IsFirst ? [] : gradient, leadingDimension, Scale, Rate);
        }
        else
        {
            ZeroSkippingGemm.Product(dz, a.Transposed, nonzeros, singly, list, accumulate: !IsFirst, gradient, leadingDimension);
        }
    }

    /// <summary>The gradient of biases, the sum of dZ in the order of the samples, and their update.</summary>
    /// <param name="dz">(units × samples), without padding.</param>
    /// <param name="biases">One a unit.</param>
    /// <param name="gradient">The sums so far.</param>
    /// <param name="samples">The number of samples.</param>
    public void Biases(ReadOnlySpan<T> dz, Span<T> biases, Span<T> gradient, int samples)
    {
        if (IsFirst)
        {
            gradient.Clear();
        }

        Columns.Accumulate(dz, gradient, samples);
        if (IsLast)
        {
            Elementwise.Apply(gradient, biases, biases, new DescendOperator(Scale, -Rate));
        }
    }

    private readonly struct DescendOperator(T scale, T negatedRate) : IBinaryOperator<T>
    {
        public TVector Invoke<TVector, TLane>(TVector gradient, TVector parameter)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> =>
            TLane.FusedMultiplyAdd(TLane.Broadcast(negatedRate), TLane.Multiply(gradient, TLane.Broadcast(scale)), parameter);
    }
}
