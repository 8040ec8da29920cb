using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Losses;

/// <summary>The mean over the k outputs of the squared error, <c>Σ (z − y)²/k</c>: the usual loss of values, with
/// <see cref="Identity{T}"/>.</summary>
/// <remarks>The derivative by a logit is <c>2(z − y)/k</c>. Errors that are far larger than the others count by their squares:
/// where the data has such, <see cref="HuberLoss{T}"/> or <see cref="MeanAbsoluteErrorLoss{T}"/> may do better.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class MeanSquaredErrorLoss<T> : ILoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string Name = "Mean squared error";

    /// <summary>Creates the loss.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public MeanSquaredErrorLoss()
    {
        ElementType.Check<T>();
    }

    /// <inheritdoc/>
    public void CheckOutput(ILayerActivation<T> output, int outputCount) => ErrorKernel.CheckOutput(Name, output);

    /// <inheritdoc/>
    public void CheckTargets(TargetBatch<T> targets) => ErrorKernel.CheckTargets(Name, targets);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The targets are labels, or the spans do not fit together.</exception>
    public void Evaluate(ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs) =>
        ErrorKernel.Evaluate(Name, logits, targets, derivatives, costs, default(Square));

    private readonly struct Square : IErrorFunction<T>
    {
        public double Cost(double error) => error * error;

        public TVector Derivative<TVector, TLane>(TVector error, TVector outputs)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> => TLane.Divide(TLane.Add(error, error), outputs);
    }
}
