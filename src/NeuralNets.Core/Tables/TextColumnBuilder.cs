using System.Runtime.InteropServices;

namespace NeuralNets.Core.Tables;

/// <summary>Collects the texts of a column, each of them once.</summary>
internal sealed class TextColumnBuilder
{
    private readonly Dictionary<string, int> _codeOf = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];
    private readonly List<int> _codes = [];

    /// <summary>The number of rows.</summary>
    public int Count => _codes.Count;

    public void Add(ReadOnlySpan<char> text) => _codes.Add(CodeOf(text));

    public void AddMissing(int count) => CollectionsMarshal.AsSpan(Extended(count))[^count..].Fill(-1);

    /// <summary>Puts a row in front of the others.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="isMissing">Whether it has none.</param>
    public void Prepend(ReadOnlySpan<char> text, bool isMissing) => _codes.Insert(0, isMissing ? -1 : CodeOf(text));

    /// <summary>Makes the column. Yes and no in whatever spelling become <c>true</c> and <c>false</c>, which are what a row of
    /// <see cref="bool"/> has.</summary>
    public TableColumn ToColumn(string name, string? mixture = null)
    {
        if (_texts.Count > 0 && _texts.TrueForAll(text => bool.TryParse(text, out _)))
        {
            int[] codes = [.. _codes.Select(code => code < 0 ? -1 : bool.Parse(_texts[code]) ? 1 : 0)];
            return TableColumn.Create(name, codes, [TableCell.False, TableCell.True], mixture);
        }

        return TableColumn.Create(name, [.. _codes], [.. _texts], mixture);
    }

    private int CodeOf(ReadOnlySpan<char> text)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = _codeOf.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(text, out int code))
        {
            code = _texts.Count;
            string kept = text.ToString();
            _texts.Add(kept);
            _codeOf.Add(kept, code);
        }

        return code;
    }

    private List<int> Extended(int count)
    {
        CollectionsMarshal.SetCount(_codes, _codes.Count + count);
        return _codes;
    }
}
