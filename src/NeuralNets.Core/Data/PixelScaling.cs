namespace NeuralNets.Core.Data;

/// <summary>What number a pixel byte becomes.</summary>
public enum PixelScaling
{
    /// <summary>byte/255, correctly rounded: 0 … 1.</summary>
    UnitInterval,

    /// <summary>The byte itself: 0 … 255. Networks learn badly from such inputs; it is there to reproduce what was done with
    /// them.</summary>
    None,
}
