using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Optimizers;

/// <summary>Gradient descent whose steps are divided by the recent size of each parameter's gradient.</summary>
/// <remarks><c>s ← ρ·s + (1 − ρ)·g²</c>, <c>w ← w − rate·g/(√s + ε)</c>, as in PyTorch. (T. Tieleman and G. Hinton, lecture 6.5 of
/// Neural Networks for Machine Learning, 2012.)</remarks>
public sealed class RmsProp : Optimizer
{
    private static readonly string[] s_slotNames = ["square"];

    /// <summary>Creates the rule.</summary>
    /// <param name="decay">ρ, the share of the mean square that is kept per step, from 0 to less than 1.</param>
    /// <param name="epsilon">ε, what keeps the divisor away from 0, positive and finite, also as a float.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public RmsProp(double decay = 0.99, double epsilon = 1e-8)
    {
        Decay = Fraction(decay, nameof(decay));
        Epsilon = Positive(epsilon, nameof(epsilon));
    }

    /// <summary>The share of the mean square that is kept per step.</summary>
    public double Decay { get; }

    /// <summary>What keeps the divisor away from 0.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.001;

    /// <inheritdoc/>
    internal override string Name => "RmsProp";

    /// <inheritdoc/>
    internal override IReadOnlyList<string> SlotNames => s_slotNames;

    /// <inheritdoc/>
    internal override SavedSetting Saved => new(Name, ("decay", [Decay]), ("epsilon", [Epsilon]));

    /// <inheritdoc/>
    internal override double Update<T>(
        UpdateStep step, Span<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1) => UpdateKernel.Apply(
            new Rule<T>(
                -T.CreateChecked(step.LearningRate), T.CreateChecked(Decay), T.CreateChecked(1 - Decay), T.CreateChecked(Epsilon)),
            sums,
            scale,
            parameters,
            slot0,
            slot1);

    private readonly struct Rule<T>(T negatedRate, T decay, T share, T epsilon) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TVector, TLane>(TVector gradient, ref TVector parameter, ref TVector slot0, ref TVector slot1)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            TVector square = TLane.Multiply(gradient, gradient);
            slot0 = TLane.FusedMultiplyAdd(TLane.Broadcast(share), square, TLane.Multiply(TLane.Broadcast(decay), slot0));
            slot0 = Subnormal.ToZero<T, TVector, TLane>(slot0);
            TVector divisor = TLane.Add(TLane.Sqrt(slot0), TLane.Broadcast(epsilon));
            parameter = TLane.FusedMultiplyAdd(TLane.Broadcast(negatedRate), TLane.Divide(gradient, divisor), parameter);
        }
    }
}
