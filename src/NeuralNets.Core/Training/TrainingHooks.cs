namespace NeuralNets.Core.Training;

/// <summary>What tests decide and observe of training, which otherwise the library decides for itself.</summary>
internal sealed class TrainingHooks
{
    /// <summary>The number of threads exactly.</summary>
    public int? WorkerCount { get; set; }

    /// <summary>The cut of the first layer.</summary>
    public bool? CutsFirstLayerByUnits { get; set; }

    /// <summary>The function asked at each step whether worker 0 does the next one alone.</summary>
    public Func<bool>? IsAlone { get; set; }

    /// <summary>The maximum number of samples that go through at a time.</summary>
    public int? MicroBatchSize { get; set; }

    /// <summary>The order of the samples of each epoch, counted from 0.</summary>
    public Func<int, int[]>? Order { get; set; }

    /// <summary>The handler called on each worker with its index after each step.</summary>
    public Action<int>? OnStep { get; set; }
}
