using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests;

/// <summary>Progress that is told at once, on the training thread.</summary>
internal sealed class Immediate(Action<EpochResult> report) : IProgress<EpochResult>
{
    public void Report(EpochResult value) => report(value);
}
