using System.Data;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tables;

/// <summary>Named columns of numbers or texts, all with as many rows: what <see cref="CsvTable"/> reads, and what a
/// <see cref="TableEncoder"/> makes a data set of.</summary>
/// <remarks>Immutable, and safe to use from several threads at once. Upper and lower case of names differ.</remarks>
public sealed class Table
{
    private readonly Dictionary<string, TableColumn> _byName = new(StringComparer.Ordinal);

    /// <summary>Creates a table from columns.</summary>
    /// <param name="columns">Columns of as many rows and different names.</param>
    /// <exception cref="ArgumentException">There is no column, two have the same name, or they differ in length.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="columns"/> or one of them is null.</exception>
    public Table(IEnumerable<TableColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        TableColumn[] all = [.. columns];
        if (all.Length == 0)
        {
            throw new ArgumentException("A table needs at least one column, but there was none.", nameof(columns));
        }

        foreach (TableColumn column in all)
        {
            ArgumentNullException.ThrowIfNull(column, nameof(columns));
            if (column.Count != all[0].Count)
            {
                throw new ArgumentException(
                    $"All columns must have as many rows, but \"{all[0].Name}\" has {all[0].Count} and \"{column.Name}\" has "
                    + $"{column.Count}.",
                    nameof(columns));
            }

            if (!_byName.TryAdd(column.Name, column))
            {
                throw new ArgumentException(
                    $"The names of columns must be different, but two are called \"{column.Name}\".", nameof(columns));
            }
        }

        Columns = Array.AsReadOnly(all);
    }

    /// <summary>The number of rows.</summary>
    public int RowCount => Columns[0].Count;

    /// <summary>The columns in order.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>The column of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public TableColumn this[string name] => TryGetColumn(name, out TableColumn? column)
        ? column
        : throw new ArgumentException($"The table must have a column \"{name}\", but has {Names()}.", nameof(name));

    /// <summary>Creates a table from records: a column for each public property that can be read, in the order of the type.</summary>
    /// <typeparam name="TRecord">The type of the records, whose properties are of the types that <see cref="TableCell.From"/>
    /// takes.</typeparam>
    /// <param name="records">One per row.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The type has no such property, or one is not of such a type, or a number is
    /// infinite.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="records"/> or one of them is null.</exception>
    public static Table FromRecords<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(
        IEnumerable<TRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        PropertyInfo[] properties = [.. typeof(TRecord).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)];
        if (properties.Length == 0)
        {
            throw new ArgumentException(
                $"A record needs public properties that can be read, but {typeof(TRecord)} has none.", nameof(records));
        }

        var builder = new TableBuilder([.. properties.Select(property => property.Name)]);
        int row = 0;
        foreach (TRecord record in records)
        {
            ArgumentNullException.ThrowIfNull(record, nameof(records));
            for (int i = 0; i < properties.Length; i++)
            {
                builder.Add(i, Cell(properties[i].GetValue(record), row, properties[i].Name, nameof(records)));
            }

            row++;
        }

        return builder.ToTable();
    }

    /// <summary>Creates a table from dictionaries: a column for each key, in the order in which they come first. A row that lacks one has
    /// no value there.</summary>
    /// <param name="rows">One per row: values of the types that <see cref="TableCell.From"/> takes, by the names of their columns.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">There is no key, or an empty one, or a value is of another type, or an infinite
    /// number.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="rows"/> or one of them is null.</exception>
    public static Table FromDictionaries(IEnumerable<IEnumerable<KeyValuePair<string, object?>>> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        IEnumerable<KeyValuePair<string, object?>>[] all = [.. rows];
        var columns = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        foreach (IEnumerable<KeyValuePair<string, object?>> row in all)
        {
            ArgumentNullException.ThrowIfNull(row, nameof(rows));
            foreach (KeyValuePair<string, object?> cell in row)
            {
                columns.TryAdd(cell.Key, columns.Count);
            }
        }

        var builder = new TableBuilder([.. columns.Keys]);
        var cells = new TableCell[columns.Count];
        for (int j = 0; j < all.Length; j++)
        {
            Array.Clear(cells);
            foreach ((string name, object? value) in all[j])
            {
                cells[columns[name]] = Cell(value, j, name, nameof(rows));
            }

            for (int i = 0; i < cells.Length; i++)
            {
                builder.Add(i, cells[i]);
            }
        }

        return builder.ToTable();
    }

    /// <summary>Creates a table from what a database, or another reader of .NET, gives.</summary>
    /// <param name="reader">The reader, read to the end of its present result. Stays open.</param>
    /// <returns>The table, with the reader's names of columns.</returns>
    /// <exception cref="ArgumentException">The result has no column, two of a name or one without, or a value is not of a type that
    /// <see cref="TableCell.From"/> takes, or an infinite number.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="reader"/> is null.</exception>
    public static Table FromDataReader(IDataReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        string[] names = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        var builder = new TableBuilder(names);
        for (int row = 0; reader.Read(); row++)
        {
            for (int i = 0; i < names.Length; i++)
            {
                builder.Add(i, Cell(reader.GetValue(i), row, names[i], nameof(reader)));
            }
        }

        return builder.ToTable();
    }

    /// <summary>Looks for a column.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="column">The column, if there is one.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public bool TryGetColumn(string name, [NotNullWhen(true)] out TableColumn? column) => _byName.TryGetValue(name, out column);

    /// <summary>Returns some of the rows.</summary>
    /// <param name="rows">Their positions, from 0, in any order; one may come several times.</param>
    /// <returns>A table of those rows in that order.</returns>
    /// <exception cref="ArgumentException">A position is out of range.</exception>
    public Table Subset(ReadOnlySpan<int> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            if ((uint)rows[i] >= (uint)RowCount)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"Rows must be between 0 and {RowCount - 1}, but element {i} is {rows[i]}."), nameof(rows));
            }
        }

        var columns = new TableColumn[Columns.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = Columns[i].Select(rows);
        }

        return new Table(columns);
    }

    /// <summary>Returns the rows that have a value in a column.</summary>
    /// <param name="column">Its name.</param>
    /// <returns>A table of those rows in the same order; this one if all have a value.</returns>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public Table WithoutMissing(string column)
    {
        TableColumn values = this[column];
        return values.MissingCount == 0
            ? this
            : Subset([.. Enumerable.Range(0, RowCount).Where(row => !values.IsMissing(row))]);
    }

    /// <summary>Splits the rows at random into two tables.</summary>
    /// <param name="testFraction">The fraction of the rows in the second table, between 0 and 1; rounded to whole rows.</param>
    /// <param name="seed">The seed of the split: the same seed gives the same split everywhere.</param>
    /// <param name="stratifyBy">A column of which each value shall have its share in both tables, such as the class to predict; null for
    /// none. Missing values count as one of their own.</param>
    /// <returns>The two tables, each in the order of this one.</returns>
    /// <exception cref="ArgumentException">There is no such column, or a value of it comes too rarely to be in both tables.</exception>
    /// <exception cref="ArgumentOutOfRangeException">One of the tables would be empty.</exception>
    public (Table Training, Table Test) Split(double testFraction, long seed, string? stratifyBy = null)
    {
        (ReadOnlyMemory<int> training, ReadOnlyMemory<int> test) = Parts(stratifyBy).Split(testFraction, seed, nameof(testFraction));
        return (Subset(training.Span), Subset(test.Span));
    }

    /// <summary>Cuts the rows at random into folds of the same size, give or take one, for cross-validation.</summary>
    /// <param name="count">The number of folds, from 2 to <see cref="RowCount"/>.</param>
    /// <param name="seed">The seed: the same seed gives the same folds everywhere.</param>
    /// <param name="stratifyBy">A column of which each fold shall have each value as often as the others, give or take one, such as the
    /// class to predict; null for none. Missing values count as one of their own.</param>
    /// <returns>For each fold the rows of the others and its own, in the order of this table. Each row is in the test table of one
    /// fold.</returns>
    /// <exception cref="ArgumentException">There is no such column, or a value of it comes too rarely to be in all folds.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not from 2 to <see cref="RowCount"/>.</exception>
    public IReadOnlyList<(Table Training, Table Test)> Folds(int count, long seed, string? stratifyBy = null) =>
        [.. Parts(stratifyBy).Folds(count, seed).Select(fold => (Subset(fold.Outside), Subset(fold.Inside)))];

    /// <summary>Returns the size of the table and its columns.</summary>
    /// <returns>A line for the table and one for each column.</returns>
    public override string ToString() =>
        string.Join(Environment.NewLine, Columns.Select(column => column.ToString()).Prepend($"{RowCount} rows, {Columns.Count} columns"));

    /// <summary>Returns the names of the columns for a message.</summary>
    internal string Names()
    {
        const int Shown = 20;
        string names = string.Join(", ", Columns.Take(Shown).Select(column => $"\"{column.Name}\""));
        return Columns.Count > Shown ? $"{names}, … ({Columns.Count} in all)" : names;
    }

    private static TableCell Cell(object? value, int row, string column, string parameter)
    {
        try
        {
            return TableCell.From(value);
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"Row {row}, column \"{column}\": {exception.Message}", parameter, exception);
        }
    }

    private SampleParts Parts(string? stratifyBy)
    {
        if (stratifyBy is null)
        {
            return new SampleParts(RowCount);
        }

        TableColumn column = this[stratifyBy];
        string[] values = [.. Enumerable.Range(0, RowCount).Select(row => column.GetText(row) ?? string.Empty)];
        string[] names = [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        int[] labels = [.. values.Select(value => Array.BinarySearch(names, value, StringComparer.Ordinal))];
        return new SampleParts(labels, [.. names.Select(name => $"the value \"{name}\" of \"{stratifyBy}\"")]);
    }
}
