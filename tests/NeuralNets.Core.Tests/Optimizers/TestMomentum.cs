using NeuralNets.Core.Optimizers;

namespace NeuralNets.Core.Tests.Optimizers;

/// <summary>A rule of a user's own, with one slot: <c>v ← 0.9·v + g; w ← w − rate·v</c>.</summary>
internal sealed class TestMomentum() : CustomOptimizer("TestMomentum", "velocity")
{
    public const double Decay = 0.9;

    public override double DefaultLearningRate => 0.01;

    protected override void Change<T>(
        UpdateStep update, ReadOnlySpan<T> gradient, Span<T> parameters, Span<T> slot0, Span<T> slot1)
    {
        T rate = T.CreateChecked(update.LearningRate);
        for (int i = 0; i < gradient.Length; i++)
        {
            slot0[i] = (T.CreateChecked(Decay) * slot0[i]) + gradient[i];
            parameters[i] -= rate * slot0[i];
        }
    }
}
