using System.Globalization;
using System.Numerics;
using NeuralNets.Core.Tables;
using NeuralNets.Onnx.Format;
using static NeuralNets.Onnx.Writing.GraphWriter;

namespace NeuralNets.Onnx.Writing;

/// <summary>What a <see cref="TableEncoder"/> does, as nodes: one input of one column per column of the table, of doubles or of texts, and
/// the same arithmetic in the same order, so that the features have the same bits.</summary>
internal static class EncoderNodes
{
    /// <summary>Adds the inputs and what becomes of them.</summary>
    /// <returns>The name of the features, (rows × features) in the network's element type.</returns>
    /// <exception cref="NotSupportedException">A column has dates.</exception>
    public static string Add<T>(GraphWriter graph, TableEncoder encoder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // First, so that no other value takes the name of a column.
        foreach (ColumnEncoding encoding in encoder.Encodings)
        {
            graph.Input(encoding.Column, IsText(encoding) ? TensorType.String : TensorType.Double, 1);
        }

        var features = new List<string>();
        for (int i = 0; i < encoder.Encodings.Length; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"columns.{i}");
            switch (encoder.Encodings[i])
            {
                case NumberEncoding number:
                    AddNumber<T>(graph, number, name, features);
                    break;
                case CategoryEncoding { AreNumbers: true } category:
                    AddNumberCategory<T>(graph, category, name, features);
                    break;
                default:
                    AddTextCategory<T>(graph, (CategoryEncoding)encoder.Encodings[i], name, features);
                    break;
            }
        }

        return graph.Node("Concat", "features", [.. features], Attribute("axis", 1L));
    }

    /// <summary>Turns a standardized number into the units of the target, in double as <see cref="TableEncoder.DecodeValue"/>.</summary>
    /// <returns>The name of the number.</returns>
    public static string AddUnits<T>(GraphWriter graph, TableEncoder encoder, string standardized)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string wide = Cast<double, T>(graph, standardized, "standardized_double");
        string scaled = graph.Node("Mul", "scaled", [wide, graph.Scalar("target.deviation", encoder.TargetEncoding.Deviation)]);
        return graph.Node("Add", "output", [scaled, graph.Scalar("target.mean", encoder.TargetEncoding.Mean)]);
    }

    /// <summary>Turns positions into names of classes.</summary>
    /// <returns>The name of the label.</returns>
    public static string AddClassName(GraphWriter graph, TableEncoder encoder, string position) => graph.Node(
        MachineLearning,
        "LabelEncoder",
        "label",
        [position],
        Attribute("keys_int64s", Enumerable.Range(0, encoder.ClassNames.Count).Select(label => (long)label)),
        Attribute("values_strings", encoder.ClassNames));

    /// <exception cref="NotSupportedException">The column has dates.</exception>
    private static bool IsText(ColumnEncoding encoding) => encoding switch
    {
        NumberEncoding => false,
        CategoryEncoding category => !category.AreNumbers,
        _ => throw new NotSupportedException(
            $"An ONNX file can have columns of numbers and of categories, but \"{encoding.Column}\" has dates, for which ONNX has no "
            + "operator: save the network without the encoder, or give the encoder the year, month and so on as columns instead of the "
            + "date."),
    };

    private static void AddNumber<T>(GraphWriter graph, NumberEncoding encoding, string name, List<string> features)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string isMissing = graph.Node("IsNaN", $"{name}.is_missing", [encoding.Column]);
        string present = encoding.Deviation == 0
            ? graph.Scalar($"{name}.constant", 0.0)
            : encoding.Column;
        double median = encoding.Deviation == 0 ? 0 : encoding.Median;
        string value = graph.Node("Where", $"{name}.present", [isMissing, graph.Scalar($"{name}.median", median), present]);
        if (encoding.Mean != 0 && encoding.Deviation != 0)
        {
            value = graph.Node("Sub", $"{name}.centered", [value, graph.Scalar($"{name}.mean", encoding.Mean)]);
        }

        if (encoding.Deviation is not (0 or 1))
        {
            value = graph.Node("Div", $"{name}.scaled", [value, graph.Scalar($"{name}.deviation", encoding.Deviation)]);
        }

        features.Add(Cast<T, double>(graph, value, $"{name}.feature"));
        AddMissing<T>(graph, encoding, isMissing, name, features);
    }

    private static void AddNumberCategory<T>(GraphWriter graph, CategoryEncoding encoding, string name, List<string> features)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] numbers = [.. encoding.Categories.Select(category => double.Parse(category, CultureInfo.InvariantCulture))];
        string categories = graph.Constant<double>($"{name}.categories", numbers, 1, numbers.Length);
        string isEqual = graph.Node("Equal", $"{name}.is_equal", [encoding.Column, categories]);
        string own = graph.Node("Cast", $"{name}.features", [isEqual], Attribute("to", (long)TypeOf<T>()));
        features.Add(own);
        string isMissing = graph.Node("IsNaN", $"{name}.is_missing", [encoding.Column]);
        if (encoding.HasOther)
        {
            string missing = graph.Node("Cast", $"{name}.missing_number", [isMissing], Attribute("to", (long)TypeOf<T>()));
            string axes = graph.Constant<long>($"{name}.axis", [1], 1);
            string known = graph.Node("ReduceSum", $"{name}.known", [own, axes], Attribute("keepdims", 1L));
            string rest = graph.Node("Sub", $"{name}.unknown", [graph.Scalar<T>($"{name}.one", 1), known]);
            features.Add(graph.Node("Sub", $"{name}.other", [rest, missing]));
        }

        AddMissing<T>(graph, encoding, isMissing, name, features);
    }

    private static void AddTextCategory<T>(GraphWriter graph, CategoryEncoding encoding, string name, List<string> features)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const long None = -1;
        var positions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string category in encoding.Categories)
        {
            positions.Add(category, positions.Count);
        }

        foreach (string truth in (ReadOnlySpan<string>)[TableCell.True, TableCell.False])
        {
            if (positions.TryGetValue(truth, out long position))
            {
                foreach (string spelling in Spellings(truth))
                {
                    positions.TryAdd(spelling, position);
                }
            }
        }

        long other = encoding.HasOther ? encoding.Categories.Count : None;
        positions.Add("", encoding.HasMissing ? encoding.FeatureCount - 1 : None);
        string found = graph.Node(
            MachineLearning,
            "LabelEncoder",
            $"{name}.position",
            [encoding.Column],
            Attribute("keys_strings", positions.Keys),
            Attribute("values_int64s", positions.Values),
            Attribute("default_int64", other));
        long[] all = [.. Enumerable.Range(0, encoding.FeatureCount).Select(position => (long)position)];
        string isEqual = graph.Node(
            "Equal", $"{name}.is_equal", [found, graph.Constant<long>($"{name}.positions", all, 1, all.Length)]);
        features.Add(graph.Node("Cast", $"{name}.features", [isEqual], Attribute("to", (long)TypeOf<T>())));
    }

    private static void AddMissing<T>(
        GraphWriter graph, ColumnEncoding encoding, string isMissing, string name, List<string> features)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (encoding.HasMissing)
        {
            features.Add(graph.Node("Cast", $"{name}.missing", [isMissing], Attribute("to", (long)TypeOf<T>())));
        }
    }

    /// <summary>Adds the conversion of a value, unless it is of the type already.</summary>
    private static string Cast<TTo, TFrom>(GraphWriter graph, string value, string name)
        where TTo : unmanaged
        where TFrom : unmanaged =>
        typeof(TTo) == typeof(TFrom) ? value : graph.Node("Cast", name, [value], Attribute("to", (long)TypeOf<TTo>()));

    /// <summary>Returns a word with each of its letters small or large, in any mixture: all of them are the same truth value.</summary>
    private static IEnumerable<string> Spellings(string word)
    {
        for (int capitals = 0; capitals < 1 << word.Length; capitals++)
        {
            yield return string.Concat(word.Select((letter, i) => (capitals >> i & 1) == 1 ? char.ToUpperInvariant(letter) : letter));
        }
    }
}
