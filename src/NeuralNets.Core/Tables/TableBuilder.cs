namespace NeuralNets.Core.Tables;

/// <summary>Collects rows of cells whose kinds are known when all are there.</summary>
internal sealed class TableBuilder(IReadOnlyList<string> names)
{
    private readonly List<TableCell>[] _columns = [.. names.Select(_ => new List<TableCell>())];

    public void Add(int column, TableCell cell) => _columns[column].Add(cell);

    public Table ToTable() => new(_columns.Select((cells, i) => ToColumn(names[i], cells)));

    private static TableColumn ToColumn(string name, List<TableCell> cells)
    {
        if (string.IsNullOrEmpty(name))
        {
            throw new ArgumentException("Columns must have names, but one has none.");
        }

        if (cells.TrueForAll(cell => cell.Text is null))
        {
            return TableColumn.Create(name, cells.Select(cell => cell.Number ?? double.NaN).ToArray());
        }

        var builder = new TextColumnBuilder();
        int numbers = 0;
        string? text = null;
        for (int i = 0; i < cells.Count; i++)
        {
            if (cells[i].IsMissing)
            {
                builder.AddMissing(1);
                continue;
            }

            builder.Add(cells[i].ToString());
            numbers += cells[i].Number is null ? 0 : 1;
            text ??= cells[i].Text is { } first ? $"row {i} has \"{first}\"" : null;
        }

        return builder.ToColumn(name, mixture: numbers > 0 ? $"{numbers} values are numbers, but {text}" : null);
    }
}
