using System.Numerics;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Core.Training.Steps;

/// <summary>Dropout of the values of one layer or of some of its units, or of the inputs of the network. Workers may use one at once.
/// </summary>
internal sealed class LayerDropout<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly long _seed;
    private readonly int _layer;
    private readonly int _units;
    private readonly int _firstUnit;
    private readonly int _unitCount;
    private readonly long _threshold;
    private readonly T _factor;

    private LayerDropout(long seed, double rate, int layer, int units, int firstUnit, int unitCount)
    {
        _seed = seed;
        _layer = layer;
        _units = units;
        _firstUnit = firstUnit;
        _unitCount = unitCount;
        _threshold = (long)Math.Round(rate * (1L << 31));
        Factor = 1 / (1 - rate);
        _factor = T.CreateChecked(Factor);
    }

    /// <summary>What is not left out is multiplied by this.</summary>
    public double Factor { get; }

    /// <summary>Returns the dropout of the inputs of the network; null for none.</summary>
    public static LayerDropout<T>? OfInputs(TrainingSettings<T> settings, int features) =>
        Create(settings, settings.Dropout?.InputRate, 0, features, 0, features);

    /// <summary>Returns the dropout of a hidden layer; null for none.</summary>
    /// <param name="settings">The settings of the run.</param>
    /// <param name="layer">The layer, counted from 0.</param>
    /// <param name="units">The number of its units.</param>
    public static LayerDropout<T>? OfHidden(TrainingSettings<T> settings, int layer, int units) =>
        OfHidden(settings, layer, units, 0, units);

    /// <summary>Returns the dropout of some units of a hidden layer; null for none.</summary>
    /// <param name="settings">The settings of the run.</param>
    /// <param name="layer">The layer, counted from 0.</param>
    /// <param name="units">The number of its units.</param>
    /// <param name="firstUnit">The first of those that it is for.</param>
    /// <param name="unitCount">The number of those that it is for.</param>
    public static LayerDropout<T>? OfHidden(TrainingSettings<T> settings, int layer, int units, int firstUnit, int unitCount) =>
        Create(settings, settings.Dropout?.HiddenRate, layer + 1, units, firstUnit, unitCount);

    /// <summary>Multiplies values, or derivatives by them, by 0 or by the factor: for a place, the same each time.</summary>
    /// <param name="batch">The micro-batch.</param>
    /// <param name="start">The first of the samples in the micro-batch.</param>
    /// <param name="values">(units × samples).</param>
    public void Apply(MicroBatch batch, int start, Span<T> values)
    {
        var random = RandomSequence.ForDropout(_seed, batch.Epoch, _layer);
        int position = batch.Position + start;
        for (; !values.IsEmpty; values = values[_unitCount..], position++)
        {
            random.Drop(position, _units, _firstUnit, _threshold, _factor, values[.._unitCount]);
        }
    }

    /// <summary>The same, written elsewhere: the derivative of a layer's function takes its values as they were.</summary>
    /// <param name="batch">The micro-batch.</param>
    /// <param name="start">The first of the samples in the micro-batch.</param>
    /// <param name="values">(units × samples).</param>
    /// <param name="kept">Receives as many.</param>
    public void Apply(MicroBatch batch, int start, ReadOnlySpan<T> values, Span<T> kept)
    {
        values.CopyTo(kept);
        Apply(batch, start, kept);
    }

    private static LayerDropout<T>? Create(
        TrainingSettings<T> settings, double? rate, int layer, int units, int firstUnit, int unitCount) =>
        rate > 0 ? new(settings.Seed, rate.Value, layer, units, firstUnit, unitCount) : null;
}
