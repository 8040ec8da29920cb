namespace NeuralNets.Core.Data;

/// <summary>What the caller of <see cref="CsvImageReader"/> says about a file: checked when made.</summary>
internal sealed class CsvImageFormat
{
    public CsvImageFormat(Index labelColumn, CsvHeader header, int? height, int? width)
        : this(height, width)
    {
        if (header is not (CsvHeader.Detect or CsvHeader.Present or CsvHeader.Absent))
        {
            throw new ArgumentOutOfRangeException(nameof(header), header, "The header must be Detect, Present or Absent.");
        }

        LabelColumn = labelColumn;
        Header = header;
    }

    public CsvImageFormat(string labelColumn, int? height, int? width)
        : this(height, width)
    {
        ArgumentException.ThrowIfNullOrEmpty(labelColumn);
        LabelName = labelColumn;
    }

    private CsvImageFormat(int? height, int? width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height ?? 1, nameof(height));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width ?? 1, nameof(width));
        Height = height;
        Width = width;
    }

    /// <summary>The name of the label column, or null when it is given by position.</summary>
    public string? LabelName { get; }

    /// <summary>The position of the label column, when it has no name.</summary>
    public Index LabelColumn { get; }

    public CsvHeader Header { get; }

    public int? Height { get; }

    public int? Width { get; }

    /// <summary>Finds the shape of an image of so many pixels.</summary>
    /// <returns>False when there is none with the height and width asked for.</returns>
    public bool TryGetShape(int pixels, out int height, out int width)
    {
        if (Height is null && Width is null)
        {
            int side = (int)Math.Sqrt(pixels);
            (height, width) = side * side == pixels ? (side, side) : (1, pixels);
            return true;
        }

        height = Height ?? (pixels / Width!.Value);
        width = Width ?? (pixels / height);
        return (long)height * width == pixels;
    }
}
