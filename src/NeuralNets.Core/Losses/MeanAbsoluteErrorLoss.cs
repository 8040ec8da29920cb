using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Losses;

/// <summary>The mean over the k outputs of the absolute error, <c>Σ |z − y|/k</c>, with <see cref="Identity{T}"/>: it leads to medians
/// where the squared error leads to means.</summary>
/// <remarks>The derivative by a logit is <c>sign(z − y)/k</c>, 0 where there is no error. Its size does not fall with the error: a
/// learning rate that falls towards the end helps.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class MeanAbsoluteErrorLoss<T> : ILoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string Name = "Mean absolute error";

    /// <summary>Creates the loss.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public MeanAbsoluteErrorLoss()
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
        ErrorKernel.Evaluate(Name, logits, targets, derivatives, costs, default(Absolute));

    private readonly struct Absolute : IErrorFunction<T>
    {
        public double Cost(double error) => Math.Abs(error);

        public TVector Derivative<TVector, TLane>(TVector error, TVector outputs)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            // An error of zero is its own derivative, and so is NaN.
            TVector sign = TLane.And(error, TLane.Broadcast(-T.Zero));
            TVector signOne = TLane.Or(sign, TLane.Broadcast(T.One));
            TVector derivative = TLane.Select(TLane.LessThan(TLane.Broadcast(T.Zero), TLane.Abs(error)), signOne, error);
            return TLane.Divide(derivative, outputs);
        }
    }
}
