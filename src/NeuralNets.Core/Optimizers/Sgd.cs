using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Optimizers;

/// <summary>Gradient descent, plain or with momentum: the default without.</summary>
/// <remarks>
/// <para>Plain: <c>w ← fma(−rate, g, w)</c>. With momentum μ: <c>v ← μ·v + g</c>, <c>w ← w − rate·v</c>; Nesterov's form takes
/// <c>g + μ·v</c> with the new v instead of v. (B. T. Polyak 1964; Y. Nesterov 1983, in the form of I. Sutskever and others 2013.)</para>
/// <para>As in PyTorch, v is free of the rate. Keras and scikit-learn keep rate·v instead, which differs as soon as the rate
/// changes.</para>
/// </remarks>
public sealed class Sgd : Optimizer
{
    private static readonly string[] s_slotNames = ["momentum"];

    /// <summary>Creates the rule.</summary>
    /// <param name="momentum">μ, the share of the last step's direction that is kept, from 0 to less than 1; 0 is plain descent, 0.9 is
    /// usual.</param>
    /// <param name="nesterov">Whether to look ahead along the direction, as Nesterov does; needs momentum.</param>
    /// <exception cref="ArgumentException">Nesterov's form is asked for without momentum.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="momentum"/> is not in [0, 1).</exception>
    public Sgd(double momentum = 0, bool nesterov = false)
    {
        Momentum = Fraction(momentum, nameof(momentum));
        if (nesterov && momentum == 0)
        {
            throw new ArgumentException("Nesterov's form needs momentum, but it is 0: 0.9 is usual.", nameof(nesterov));
        }

        Nesterov = nesterov;
    }

    /// <summary>The share of the last step's direction that is kept; 0 for plain descent.</summary>
    public double Momentum { get; }

    /// <summary>Whether it is Nesterov's form.</summary>
    public bool Nesterov { get; }

    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.03;

    /// <inheritdoc/>
    internal override string Name => "Sgd";

    /// <inheritdoc/>
    internal override IReadOnlyList<string> SlotNames => IsPlainDescent ? [] : s_slotNames;

    /// <inheritdoc/>
    internal override SavedSetting Saved => new(Name, ("momentum", [Momentum]), ("nesterov", [Nesterov ? 1 : 0]));

    /// <inheritdoc/>
    internal override bool IsPlainDescent => Momentum == 0;

    /// <inheritdoc/>
    internal override double Update<T>(
        UpdateStep step, Span<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1)
    {
        T negatedRate = -T.CreateChecked(step.LearningRate);
        T momentum = T.CreateChecked(Momentum);
        return IsPlainDescent
            ? UpdateKernel.Apply(new Rule<T>(negatedRate), sums, scale, parameters, slot0, slot1)
            : Nesterov
            ? UpdateKernel.Apply(new NesterovRule<T>(negatedRate, momentum), sums, scale, parameters, slot0, slot1)
            : UpdateKernel.Apply(new MomentumRule<T>(negatedRate, momentum), sums, scale, parameters, slot0, slot1);
    }

    private readonly struct Rule<T>(T negatedRate) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TVector, TLane>(TVector gradient, ref TVector parameter, ref TVector slot0, ref TVector slot1)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> =>
            parameter = TLane.FusedMultiplyAdd(TLane.Broadcast(negatedRate), gradient, parameter);
    }

    private readonly struct MomentumRule<T>(T negatedRate, T momentum) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TVector, TLane>(TVector gradient, ref TVector parameter, ref TVector slot0, ref TVector slot1)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            slot0 = Subnormal.ToZero<T, TVector, TLane>(TLane.FusedMultiplyAdd(TLane.Broadcast(momentum), slot0, gradient));
            parameter = TLane.FusedMultiplyAdd(TLane.Broadcast(negatedRate), slot0, parameter);
        }
    }

    private readonly struct NesterovRule<T>(T negatedRate, T momentum) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TVector, TLane>(TVector gradient, ref TVector parameter, ref TVector slot0, ref TVector slot1)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            slot0 = Subnormal.ToZero<T, TVector, TLane>(TLane.FusedMultiplyAdd(TLane.Broadcast(momentum), slot0, gradient));
            TVector ahead = TLane.FusedMultiplyAdd(TLane.Broadcast(momentum), slot0, gradient);
            parameter = TLane.FusedMultiplyAdd(TLane.Broadcast(negatedRate), ahead, parameter);
        }
    }
}
