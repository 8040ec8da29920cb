using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Optimizers;

/// <summary>Gradient descent along a moving mean of the gradient, divided by its recent size: steps of about the learning rate for each
/// parameter, whatever its scale.</summary>
/// <remarks>
/// <para><c>m ← β₁·m + (1 − β₁)·g</c>, <c>v ← β₂·v + (1 − β₂)·g²</c>, <c>w ← w − rate/(1 − β₁ᵗ)·m/(√v/√(1 − β₂ᵗ) + ε)</c> with the number
/// t of updates so far. (D. P. Kingma and J. Ba, Adam: A Method for Stochastic Optimization, 2015; ε where PyTorch has it.)</para>
/// <para>A weight decay is <see cref="AdamW"/>; a penalty <see cref="Training.GradientDescentTrainer{T}.L2"/> goes through the moving
/// means, as <c>weight_decay</c> of PyTorch's Adam does.</para>
/// </remarks>
public sealed class Adam : Optimizer
{
    private static readonly string[] s_slotNames = ["mean", "square"];

    private readonly double[] _decays;

    /// <summary>Creates the rule.</summary>
    /// <param name="beta1">β₁, the share of the mean that is kept per step, from 0 to less than 1.</param>
    /// <param name="beta2">β₂, the share of the mean square that is kept per step, from 0 to less than 1.</param>
    /// <param name="epsilon">ε, what keeps the divisor away from 0, positive and finite, also as a float.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Adam(double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    {
        Beta1 = Fraction(beta1, nameof(beta1));
        Beta2 = Fraction(beta2, nameof(beta2));
        Epsilon = Positive(epsilon, nameof(epsilon));
        _decays = [beta1, beta2];
    }

    /// <summary>The share of the mean that is kept per step.</summary>
    public double Beta1 { get; }

    /// <summary>The share of the mean square that is kept per step.</summary>
    public double Beta2 { get; }

    /// <summary>What keeps the divisor away from 0.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.001;

    /// <inheritdoc/>
    internal override string Name => "Adam";

    /// <inheritdoc/>
    internal override IReadOnlyList<string> SlotNames => s_slotNames;

    /// <inheritdoc/>
    internal override IReadOnlyList<double> Decays => _decays;

    /// <inheritdoc/>
    internal override SavedSetting Saved => new(Name, ("beta1", [Beta1]), ("beta2", [Beta2]), ("epsilon", [Epsilon]));

    /// <inheritdoc/>
    internal override double Update<T>(
        UpdateStep step, Span<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1) =>
        Update(this, keep: 1, step, sums, scale, parameters, slot0, slot1);

    /// <summary>Updates parameters that are multiplied by <paramref name="keep"/> first; see <see cref="AdamW"/>.</summary>
    internal static double Update<T>(
        Adam adam, double keep, UpdateStep step, Span<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rule = new Rule<T>
        {
            Beta1 = T.CreateChecked(adam.Beta1),
            Share1 = T.CreateChecked(1 - adam.Beta1),
            Beta2 = T.CreateChecked(adam.Beta2),
            Share2 = T.CreateChecked(1 - adam.Beta2),
            NegatedStep = -T.CreateChecked(step.LearningRate / (1 - step.FirstPower)),
            RootFactor = T.CreateChecked(1 / Math.Sqrt(1 - step.SecondPower)),
            Epsilon = T.CreateChecked(adam.Epsilon),
            Keep = T.CreateChecked(keep),
        };
        return UpdateKernel.Apply(rule, sums, scale, parameters, slot0, slot1);
    }

    private struct Rule<T> : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T Beta1;
        public T Share1;
        public T Beta2;
        public T Share2;
        public T NegatedStep;
        public T RootFactor;
        public T Epsilon;
        public T Keep;

        public static int SlotCount => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TVector, TLane>(TVector gradient, ref TVector parameter, ref TVector slot0, ref TVector slot1)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            TVector square = TLane.Multiply(gradient, gradient);
            slot0 = TLane.FusedMultiplyAdd(TLane.Broadcast(Share1), gradient, TLane.Multiply(TLane.Broadcast(Beta1), slot0));
            slot1 = TLane.FusedMultiplyAdd(TLane.Broadcast(Share2), square, TLane.Multiply(TLane.Broadcast(Beta2), slot1));
            slot0 = Subnormal.ToZero<T, TVector, TLane>(slot0);
            slot1 = Subnormal.ToZero<T, TVector, TLane>(slot1);
            TVector kept = TLane.Multiply(parameter, TLane.Broadcast(Keep));
            parameter = kept;
            if (!TLane.AreAllBitsZero(slot0))
            {
                // Where all means are +0 (they have no negative zero: see above), as they are behind inputs that are 0, a root
                // and a quotient need not be waited for. Each by itself is left out, too: with a square that is NaN, the bits would
                // otherwise depend on the neighbours.
                TVector divisor = TLane.FusedMultiplyAdd(TLane.Sqrt(slot1), TLane.Broadcast(RootFactor), TLane.Broadcast(Epsilon));
                TVector moved = TLane.FusedMultiplyAdd(TLane.Broadcast(NegatedStep), TLane.Divide(slot0, divisor), kept);
                parameter = TLane.Select(TLane.EqualTo(slot0, TLane.Broadcast(T.Zero)), kept, moved);
            }
        }
    }
}
