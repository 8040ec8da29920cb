namespace NeuralNets.Core.Data;

/// <summary>What the caller of <see cref="CsvImageReader"/> says about a file: checked when made.</summary>
internal sealed class CsvImageFormat
{
    public CsvImageFormat(Index? labelColumn, CsvHeader header, int? height, int? width)
        : this(header, height, width, hasLabels: true) => LabelColumn = labelColumn;

    public CsvImageFormat(string labelColumn, int? height, int? width)
        : this(CsvHeader.Present, height, width, hasLabels: true)
    {
        ArgumentException.ThrowIfNullOrEmpty(labelColumn);
        LabelName = labelColumn;
    }

    private CsvImageFormat(CsvHeader header, int? height, int? width, bool hasLabels)
    {
        if (header is not (CsvHeader.Detect or CsvHeader.Present or CsvHeader.Absent))
        {
            throw new ArgumentOutOfRangeException(nameof(header), header, "The header must be Detect, Present or Absent.");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height ?? 1, nameof(height));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width ?? 1, nameof(width));
        Header = header;
        Height = height;
        Width = width;
        HasLabels = hasLabels;
    }

    /// <summary>Whether one column has labels; otherwise all have pixels.</summary>
    public bool HasLabels { get; }

    /// <summary>The name of the label column, or null when it is given by position or not at all.</summary>
    public string? LabelName { get; }

    /// <summary>The position of the label column, or null when it is given by name or not at all.</summary>
    public Index? LabelColumn { get; }

    public CsvHeader Header { get; }

    public int? Height { get; }

    public int? Width { get; }

    public static CsvImageFormat Unlabeled(CsvHeader header, int? height, int? width) => new(header, height, width, hasLabels: false);

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
