using System.Numerics;

namespace NeuralNets.Core.Training;

/// <summary>How far <see cref="EarlyStopping"/> has come: the parameters of the best epoch, and the bad ones since.</summary>
internal sealed class BestParameters<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Network<T> _network;

    /// <param name="network">The network that is trained.</param>
    public BestParameters(Network<T> network)
    {
        _network = network;
        Layers = [.. network.Layers.Select(layer => (new T[layer.WeightSpan.Length], new T[layer.BiasSpan.Length]))];
    }

    /// <summary>The smallest cost, and the bad epochs since a better one.</summary>
    public CostMonitor Monitor { get; set; } = CostMonitor.Start;

    /// <summary>The best epoch; 0 before there is one.</summary>
    public int Epoch { get; set; }

    /// <summary>The parameters of each layer after the best epoch.</summary>
    public IReadOnlyList<(T[] Weights, T[] Biases)> Layers { get; }

    /// <summary>Takes the cost of an epoch, whose parameters the network has.</summary>
    public void Take(EarlyStopping setting, int epoch, double cost)
    {
        int badEpochs = Monitor.IsBetter(cost, setting.MinDelta) ? 0 : Monitor.BadEpochs + 1;
        bool isBest = Monitor.IsBest(cost);
        Monitor = new CostMonitor(isBest ? cost : Monitor.Best, badEpochs);
        if (!isBest)
        {
            return;
        }

        Epoch = epoch;
        for (int l = 0; l < Layers.Count; l++)
        {
            _network.Layers[l].WeightSpan.CopyTo(Layers[l].Weights);
            _network.Layers[l].BiasSpan.CopyTo(Layers[l].Biases);
        }
    }

    /// <summary>Gives the network the parameters of the best epoch, if there is one.</summary>
    public void Restore()
    {
        for (int l = 0; l < Layers.Count && Epoch > 0; l++)
        {
            Layers[l].Weights.CopyTo(_network.Layers[l].WeightSpan);
            Layers[l].Biases.CopyTo(_network.Layers[l].BiasSpan);
        }
    }
}
