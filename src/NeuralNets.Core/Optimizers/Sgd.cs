using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Optimizers;

/// <summary>Plain gradient descent, <c>w ← fma(−rate, g, w)</c>: the default.</summary>
public sealed class Sgd : Optimizer
{
    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.03;

    /// <inheritdoc/>
    internal override string Name => "Sgd";

    /// <inheritdoc/>
    internal override bool IsPlainDescent => true;

    /// <inheritdoc/>
    internal override double Update<T>(
        UpdateStep step, ReadOnlySpan<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1) =>
        UpdateKernel.Apply(new Rule<T>(-T.CreateChecked(step.LearningRate)), sums, scale, parameters, slot0, slot1);

    private readonly struct Rule<T>(T negatedRate) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 0;

        public void Invoke<TVector, TLane>(TVector gradient, ref TVector parameter, ref TVector slot0, ref TVector slot1)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> =>
            parameter = TLane.FusedMultiplyAdd(TLane.Broadcast(negatedRate), gradient, parameter);
    }
}
