using NeuralNets.Core.Kernels;
using NeuralNets.Core.Optimizers;

namespace NeuralNets.Core.Tests.Optimizers;

/// <summary>The rule of <see cref="Sgd"/> on gradients that lie in memory: the way of rules that a product cannot do.</summary>
internal sealed class MaterializedSgd : Optimizer
{
    public override double DefaultLearningRate => 0.03;

    internal override string Name => "MaterializedSgd";

    internal override double Update<T>(
        UpdateStep step, Span<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1) =>
        UpdateKernel.Apply(new Rule<T>(-T.CreateChecked(step.LearningRate)), sums, scale, parameters, slot0, slot1);

    private readonly struct Rule<T>(T negatedRate) : IUpdateRule<T>
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 0;

        public void Invoke<TVector, TLane>(TVector gradient, ref TVector parameter, ref TVector slot0, ref TVector slot1)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> =>
            parameter = TLane.FusedMultiplyAdd(TLane.Broadcast(negatedRate), gradient, parameter);
    }
}
