using NeuralNets.Core.Training;

namespace NeuralNets.Mnist;

/// <summary>Keeps the epochs, which a training that is interrupted or diverges does not return, and passes them on.</summary>
internal sealed class EpochRecorder(List<EpochResult> epochs, IProgress<EpochResult> next) : IProgress<EpochResult>
{
    public void Report(EpochResult value)
    {
        epochs.Add(value);
        next.Report(value);
    }
}
