namespace NeuralNets.Core.Tables;

/// <summary>The values of a column while its rows come, with a place in front of them for a row that is known last.</summary>
/// <remarks>Where it is known about how many rows there will be, there is room for them at once: doubling would take up to three times the
/// memory of the column at its peak.</remarks>
/// <param name="expectedCount">Returns about how many values there will be in all; 0 where that is not known. Null for never.</param>
internal sealed class ColumnBuffer<TValue>(Func<long>? expectedCount = null)
{
    /// <summary>From how many values on an expectation is asked for.</summary>
    private const int Few = 1 << 14;

    private TValue[] _values = new TValue[16];
    private int _end = 1;

    /// <summary>The number of values, without that in front.</summary>
    public int Count => _end - 1;

    /// <summary>The value in front of the others.</summary>
    public TValue First
    {
        set => _values[0] = value;
    }

    public void Add(TValue value)
    {
        if (_end == _values.Length)
        {
            Grow(1);
        }

        _values[_end++] = value;
    }

    /// <summary>Adds a value several times.</summary>
    public void Add(TValue value, int count)
    {
        if (count > _values.Length - _end)
        {
            Grow(count);
        }

        _values.AsSpan(_end, count).Fill(value);
        _end += count;
    }

    /// <summary>Returns the values in place; there may be some room behind them.</summary>
    /// <param name="hasFirst">Whether the value in front is one of them.</param>
    public ArraySegment<TValue> ToSegment(bool hasFirst) => hasFirst ? new(_values, 0, _end) : new(_values, 1, _end - 1);

    private void Grow(int count)
    {
        // An expectation that is a little short must not lead to growth in small steps.
        long least = _end + (long)count;
        long expected = _end < Few ? 0 : expectedCount?.Invoke() ?? 0;
        long wanted = expected > 0 ? Math.Max(expected + (expected / 64), least + (least / 8)) : 2 * least;
        Array.Resize(ref _values, (int)Math.Max(least, Math.Min(wanted, Array.MaxLength)));
    }
}
