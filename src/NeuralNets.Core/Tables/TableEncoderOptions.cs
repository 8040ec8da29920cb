namespace NeuralNets.Core.Tables;

/// <summary>What a <see cref="TableEncoder"/> shall do otherwise than by itself.</summary>
public sealed record TableEncoderOptions
{
    /// <summary>What to do with columns, by name; those that are not named are <see cref="ColumnUse.Auto"/>.</summary>
    public IReadOnlyDictionary<string, ColumnUse> Uses { get; init; } = new Dictionary<string, ColumnUse>();

    /// <summary>What the target is.</summary>
    public TargetUse Target { get; init; }

    /// <summary>The column that says how much each row counts, which is no feature then; null, the default, for none.</summary>
    public string? WeightColumn { get; init; }

    /// <summary>The maximum number of categories of a column, 1000 unless set: those that come most often have a feature each, and the
    /// others one together.</summary>
    public int MaxCategories { get; init; } = 1000;

    internal void Check(Table table, string target, string parameter)
    {
        foreach ((string name, ColumnUse use) in Uses ?? throw new ArgumentNullException(parameter))
        {
            CheckColumn(table, name, nameof(Uses), parameter);
            if (use is < ColumnUse.Auto or > ColumnUse.Date)
            {
                throw new ArgumentException($"The use of column \"{name}\" must be one of {nameof(ColumnUse)}, but is {use}.", parameter);
            }

            if (name == target)
            {
                throw new ArgumentException(
                    $"Column \"{name}\" is the target, so it has no use as a feature: {nameof(Target)} says what it is.", parameter);
            }
        }

        if (Target is < TargetUse.Auto or > TargetUse.Number)
        {
            throw new ArgumentException($"The use of the target must be one of {nameof(TargetUse)}, but is {Target}.", parameter);
        }

        if (WeightColumn is not null)
        {
            CheckColumn(table, WeightColumn, nameof(WeightColumn), parameter);
            if (WeightColumn == target || Uses.ContainsKey(WeightColumn))
            {
                throw new ArgumentException(
                    $"Column \"{WeightColumn}\" has the weights, so it must be neither the target nor have another use.", parameter);
            }
        }

        if (MaxCategories < 1)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{nameof(MaxCategories)} must be at least 1, but is {MaxCategories}."), parameter);
        }
    }

    private static void CheckColumn(Table table, string name, string option, string parameter)
    {
        if (!table.TryGetColumn(name, out _))
        {
            throw new ArgumentException($"{option} names the column \"{name}\", but the table has {table.Names()}.", parameter);
        }
    }
}
