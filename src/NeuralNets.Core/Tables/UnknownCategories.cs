namespace NeuralNets.Core.Tables;

/// <summary>Counts the values that training had not.</summary>
internal sealed class UnknownCategories
{
    private readonly OrderedDictionary<(string Column, TableCell Cell), int> _counts = [];

    public void Add(string column, TableCell cell)
    {
        (string, TableCell) key = (column, cell);
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
    }

    public IReadOnlyList<UnknownCategory> ToList() =>
        [.. _counts.Select(count => new UnknownCategory(
            count.Key.Column, count.Key.Cell.IsMissing ? null : count.Key.Cell.ToString(), count.Value))];
}
