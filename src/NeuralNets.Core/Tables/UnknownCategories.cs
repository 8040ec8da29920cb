namespace NeuralNets.Core.Tables;

/// <summary>Counts the values that training had not.</summary>
internal sealed class UnknownCategories
{
    private readonly OrderedDictionary<(string Column, string Category), int> _counts = [];

    public void Add(string column, TableCell cell)
    {
        (string, string) key = (column, cell.ToString());
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
    }

    public IReadOnlyList<UnknownCategory> ToList() =>
        [.. _counts.Select(count => new UnknownCategory(
            count.Key.Column, count.Key.Category.Length == 0 ? null : count.Key.Category, count.Value))];
}
