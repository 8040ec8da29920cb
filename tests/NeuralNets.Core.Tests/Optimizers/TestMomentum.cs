using NeuralNets.Core.Kernels;
using NeuralNets.Core.Optimizers;

namespace NeuralNets.Core.Tests.Optimizers;

/// <summary>A rule with one slot: <c>v ← 0.9·v + g; w ← w − rate·v</c>.</summary>
internal sealed class TestMomentum : Optimizer
{
    public const double Decay = 0.9;

    public override double DefaultLearningRate => 0.01;

    internal override string Name => "TestMomentum";

    internal override IReadOnlyList<string> SlotNames { get; } = ["velocity"];

    internal override double Update<T>(
        UpdateStep step, ReadOnlySpan<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1) =>
        UpdateKernel.Apply(new Rule<T>(-T.CreateChecked(step.LearningRate)), sums, scale, parameters, slot0, slot1);

    private readonly struct Rule<T>(T negatedRate) : IUpdateRule<T>
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 1;

        public void Invoke<TVector, TLane>(TVector gradient, ref TVector parameter, ref TVector slot0, ref TVector slot1)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            slot0 = TLane.FusedMultiplyAdd(TLane.Broadcast(T.CreateChecked(Decay)), slot0, gradient);
            parameter = TLane.FusedMultiplyAdd(TLane.Broadcast(negatedRate), slot0, parameter);
        }
    }
}
