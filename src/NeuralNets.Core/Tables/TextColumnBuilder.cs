namespace NeuralNets.Core.Tables;

/// <summary>Collects the texts of a column, each of them once.</summary>
/// <param name="marks">The texts that stand for a missing value; null if none does.</param>
/// <param name="expectedCount">See <see cref="ColumnBuffer{TValue}"/>.</param>
internal sealed class TextColumnBuilder(HashSet<string>? marks = null, Func<long>? expectedCount = null)
{
    private const int Missing = -1;

    private readonly Dictionary<string, int> _codeOf = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];
    private readonly ColumnBuffer<int> _codes = new(expectedCount);

    /// <summary>Adds the text of a row, which may stand for a missing value.</summary>
    public void Add(ReadOnlySpan<char> text) => _codes.Add(CodeOf(text));

    public void AddMissing(int count) => _codes.Add(Missing, count);

    /// <summary>Puts a row in front of the others.</summary>
    public void Prepend(ReadOnlySpan<char> text) => _codes.First = CodeOf(text);

    /// <summary>Makes the column, which keeps what was collected. Yes and no in whatever spelling become <c>true</c> and <c>false</c>,
    /// which are what a row of <see cref="bool"/> has.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="hasFirst">Whether a row was put in front.</param>
    /// <param name="mixture">See <see cref="TableColumn.Mixture"/>.</param>
    public TableColumn ToColumn(string name, bool hasFirst = false, string? mixture = null)
    {
        ArraySegment<int> codes = _codes.ToSegment(hasFirst);
        if (_texts.Count > 0 && _texts.TrueForAll(text => bool.TryParse(text, out _)))
        {
            foreach (ref int code in codes.AsSpan())
            {
                code = code < 0 ? Missing : bool.Parse(_texts[code]) ? 1 : 0;
            }

            return TableColumn.Create(name, codes, [TableCell.False, TableCell.True], mixture);
        }

        return TableColumn.Create(name, codes, [.. _texts], mixture);
    }

    private int CodeOf(ReadOnlySpan<char> text)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = _codeOf.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(text, out int code))
        {
            string kept = text.ToString();
            code = marks?.Contains(kept) == true ? Missing : _texts.Count;
            if (code >= 0)
            {
                _texts.Add(kept);
            }

            _codeOf.Add(kept, code);
        }

        return code;
    }
}
