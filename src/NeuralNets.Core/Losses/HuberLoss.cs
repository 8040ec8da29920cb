using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Losses;

/// <summary>
/// The mean over the k outputs of Huber's function of the error <c>e = z − y</c>, with <see cref="Identity{T}"/>: half the square of
/// errors up to δ, and a straight line beyond, so that wild values do not rule the others.
/// </summary>
/// <remarks>
/// <para>The cost of an output is <c>e²/2</c> for |e| ≤ δ and <c>δ(|e| − δ/2)</c> for larger errors; the derivative by a logit is e, no
/// less than −δ and no more than δ, divided by k. (P. J. Huber, Robust Estimation of a Location Parameter, 1964.)</para>
/// <para>δ is in the units of the targets: with standardised targets 1 is usual.</para>
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class HuberLoss<T> : ILoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string Name = "Huber's loss";

    /// <summary>Creates the loss.</summary>
    /// <param name="delta">δ, the largest error whose square counts: positive and finite in the element type.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is not positive and finite.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public HuberLoss(double delta = 1)
    {
        ElementType.Check<T>();
        if (!(delta > 0 && T.CreateSaturating(delta) > T.Zero && T.IsFinite(T.CreateSaturating(delta))))
        {
            throw new ArgumentOutOfRangeException(
                nameof(delta), delta, $"The error up to which squares count must be positive and finite as a {typeof(T).Name}.");
        }

        Delta = delta;
    }

    /// <summary>The largest error whose square counts.</summary>
    public double Delta { get; }

    /// <inheritdoc/>
    public void CheckOutput(ILayerActivation<T> output, int outputCount) => ErrorKernel.CheckOutput(Name, output);

    /// <inheritdoc/>
    public void CheckTargets(TargetBatch<T> targets) => ErrorKernel.CheckTargets(Name, targets);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The targets are labels, or the spans do not fit together.</exception>
    public void Evaluate(ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs) =>
        ErrorKernel.Evaluate(Name, logits, targets, derivatives, costs, new Huber(Delta));

    private readonly struct Huber(double delta) : IErrorFunction<T>
    {
        public double Cost(double error)
        {
            double size = Math.Abs(error);
            return size > delta ? delta * (size - (0.5 * delta)) : 0.5 * error * error;
        }

        public TVector Derivative<TVector, TLane>(TVector error, TVector outputs)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            TVector limit = TLane.Broadcast(T.CreateChecked(delta));
            TVector limited = TLane.Or(TLane.And(error, TLane.Broadcast(-T.Zero)), limit);
            TVector clipped = TLane.Select(TLane.LessThan(limit, TLane.Abs(error)), limited, error); // NaN stays
            return TLane.Divide(clipped, outputs);
        }
    }
}
