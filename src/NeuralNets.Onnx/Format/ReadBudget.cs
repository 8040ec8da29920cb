namespace NeuralNets.Onnx.Format;

/// <summary>How much of what a file describes may become objects: far more than a network needs, and little memory.</summary>
internal sealed class ReadBudget(long fileLength)
{
    private const int MaxItems = 100_000;
    private const int MaxText = 1 << 24;
    private const int SpareNumbers = 1 << 16;

    private readonly long _maxNumbers = (2 * fileLength) + SpareNumbers;
    private int _items;
    private long _text;
    private long _numbers;

    /// <summary>Counts a message, or an integer of a list.</summary>
    public void TakeItem()
    {
        if (++_items > MaxItems)
        {
            throw new InvalidDataException($"a file must have at most {MaxItems} nodes, tensors, inputs and the like, but has more.");
        }
    }

    /// <summary>Counts the bytes of a name.</summary>
    public void TakeText(int bytes)
    {
        TakeItem();
        _text += bytes;
        if (_text > MaxText)
        {
            throw new InvalidDataException($"the names of a file must have at most {MaxText} bytes in all, but have more.");
        }
    }

    /// <summary>Counts numbers that are to be allocated: those of tensors, and of the layers that are made of them. A file could use a
    /// tensor any number of times.</summary>
    public void TakeNumbers(long count)
    {
        _numbers += count;
        if (_numbers > _maxNumbers)
        {
            throw new InvalidDataException(
                $"the tensors and layers of a file of {fileLength} bytes must have at most {_maxNumbers} numbers, but have more.");
        }
    }
}
