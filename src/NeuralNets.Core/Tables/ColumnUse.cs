namespace NeuralNets.Core.Tables;

/// <summary>What a <see cref="TableEncoder"/> does with a column.</summary>
public enum ColumnUse
{
    /// <summary>Numbers are standardized and texts become categories; texts that are all different are ignored, with a warning.</summary>
    Auto,

    /// <summary>The column is not used.</summary>
    Ignore,

    /// <summary>A number, also where the table has it as text; standardized: minus the mean, divided by the deviation.</summary>
    Number,

    /// <summary>A number that is used as it is.</summary>
    PassThrough,

    /// <summary>A category: one feature for each value, also of a column of numbers.</summary>
    Category,

    /// <summary>A date of ISO 8601, with or without a time: the days since 2000 standardized, the month and the day of the week as
    /// categories, and the hour, too, if there are times.</summary>
    Date,
}
