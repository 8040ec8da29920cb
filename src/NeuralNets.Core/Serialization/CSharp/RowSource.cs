using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text;
using NeuralNets.Core.Data.Csv;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Serialization.CSharp;

/// <summary>Writes what an encoder does: a type for the rows of its tables, their features, and answers in the target's own terms.
/// </summary>
internal sealed class RowSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The maximum number of features and outputs that lie on the stack.</summary>
    private const int OnStack = 2048;

    /// <summary>Names that a property of a structure must not have.</summary>
    private static readonly string[] s_taken =
    [
        "Row", "Finalize", nameof(Equals), nameof(GetHashCode), nameof(GetType), nameof(MemberwiseClone), nameof(ReferenceEquals),
        nameof(ToString),
    ];

    private readonly TableEncoder _encoder;
    private readonly bool _isYesOrNo;
    private readonly string _type = CSharpText.TypeName<T>();
    private readonly StringBuilder _text = new();
    private readonly string[] _properties;

    private RowSource(TableEncoder encoder, bool isYesOrNo)
    {
        _encoder = encoder;
        _isYesOrNo = isYesOrNo;
        _properties = new string[encoder.ColumnNames.Count];
        var taken = new HashSet<string>(s_taken, StringComparer.Ordinal);
        for (int i = 0; i < _properties.Length; i++)
        {
            string name = CSharpText.Identifier(encoder.ColumnNames[i], "Column");
            string property = name;
            for (int n = 2; !taken.Add(property); n++)
            {
                property = $"{name}{n}";
            }

            _properties[i] = property;
        }
    }

    /// <summary>Returns the members of the class.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="isYesOrNo">Whether one output says which of two classes it is.</param>
    public static string Write(TableEncoder encoder, bool isYesOrNo)
    {
        var source = new RowSource<T>(encoder, isYesOrNo && encoder.IsClassifier);
        source.WriteRow();
        source.WriteEncode();
        source.WriteAnswer();
        return source._text.ToString();
    }

    private void Append(string text) => _text.Append(text).Append('\n');

    private void WriteRow()
    {
        Append("    /// <summary>A row of the table, without the target. A value that is not set is missing.</summary>");
        Append("    public struct Row");
        Append("    {");
        for (int i = 0; i < _properties.Length; i++)
        {
            ColumnEncoding column = _encoder.Encodings[i];
            string type = column switch
            {
                NumberEncoding or CategoryEncoding { AreNumbers: true } => "double?",
                DateEncoding => "DateTime?",
                _ => "string?",
            };
            string what = column switch
            {
                NumberEncoding => "a number; NaN counts as missing",
                CategoryEncoding { AreNumbers: true } => "a number that is a category; NaN counts as missing",
                DateEncoding => "a date; the clock's time counts, of whatever time zone",
                _ => "a category; an empty text counts as missing",
            };
            Append($"        /// <summary>The column \"{CSharpText.Comment(column.Column)}\": {what}.</summary>");
            Append($"        public {type} {_properties[i]} {{ get; set; }}");
            Append(i < _properties.Length - 1 ? "" : "    }");
        }

        Append("");
    }

    private void WriteEncode()
    {
        Append($$"""
                /// <summary>Computes the features of a row. Does not allocate.</summary>
                /// <param name="row">The row.</param>
                /// <param name="features">Receives the features.</param>
                /// <returns>Whether training had all of its categories.</returns>
                /// <exception cref="ArgumentException">There is not room for as many features as there are, or a number is out of
                /// range.</exception>
                public static bool Encode(in Row row, Span<{{_type}}> features)
                {
                    if (features.Length != InputCount)
                    {
                        throw new ArgumentException(
                            $"There must be room for {InputCount} features, but there is for {features.Length}.", nameof(features));
                    }

                    features.Clear();
                    bool isKnown = true;
            """);
        int start = 0;
        for (int i = 0; i < _properties.Length; i++)
        {
            ColumnEncoding column = _encoder.Encodings[i];
            Append("");
            Append($"        // {CSharpText.Comment(column.Column)}");
            Append("        {");
            switch (column)
            {
                case NumberEncoding number:
                    WriteNumber(number, _properties[i], start);
                    break;
                case CategoryEncoding { AreNumbers: true } categories:
                    WriteNumberCategories(categories, _properties[i], start);
                    break;
                case CategoryEncoding categories:
                    WriteTextCategories(categories, _properties[i], start);
                    break;
                case DateEncoding date:
                    WriteDate(date, _properties[i], start);
                    break;
                default:
                    throw new UnreachableException($"{column.GetType()} is no known encoding.");
            }

            Append("        }");
            start += column.FeatureCount;
        }

        Append("");
        Append("        return isKnown;");
        Append("    }");
        Append("");
    }

    private void WriteNumber(NumberEncoding column, string property, int start)
    {
        string scaled = column.Deviation == 0 ? "0" : $"({_type})((value - {Number(column.Mean)}) / {Number(column.Deviation)})";
        Append($$"""
                        double value = row.{{property}} ?? double.NaN;
                        bool isMissing = double.IsNaN(value);
                        value = isMissing ? {{Number(column.Median)}} : value;
                        {{_type}} feature = {{scaled}};
                        features[{{start}}] = feature;
                        if (!double.IsFinite(value) || !{{_type}}.IsFinite(feature))
                        {
                            throw new ArgumentException(
                                FormattableString.Invariant($"{{property}} must be a number in the range of {{_type}}, but is {value}."),
                                nameof(row));
                        }
            """);
        WriteMissing(column, start);
    }

    private void WriteNumberCategories(CategoryEncoding column, string property, int start)
    {
        Append($"            double value = row.{property} ?? double.NaN;");
        Append("            bool isMissing = double.IsNaN(value);");
        WriteMissingCategory(column, start);
        bool isFirst = true;
        var written = new HashSet<int>();
        foreach (string category in column.Categories)
        {
            if (CsvRows.TryParseNumber(category, CultureInfo.InvariantCulture, out double number)
                && column.Index.Find(number) is >= 0 and int position && written.Add(position))
            {
                Append($"            {(isFirst ? "if" : "else if")} (value == {Number(number)})");
                Append("            {");
                Append($"                features[{start + position}] = 1;");
                Append("            }");
                isFirst = false;
            }
        }

        Append($"            {(isFirst ? "if" : "else if")} (!isMissing)");
        Append("            {");
        Append(column.HasOther ? $"                features[{start + column.Categories.Count}] = 1;" : "                isKnown = false;");
        Append("            }");
    }

    private void WriteTextCategories(CategoryEncoding column, string property, int start)
    {
        Append($"            string? value = row.{property};");
        Append("            bool isMissing = string.IsNullOrEmpty(value);");
        WriteMissingCategory(column, start);
        Append("            switch (value)");
        Append("            {");
        for (int i = 0; i < column.Categories.Count; i++)
        {
            if (column.Categories[i].Length > 0)
            {
                WriteCase($"case {CSharpText.Literal(column.Categories[i])}:", start + i);
            }
        }

        // A truth value has more than one spelling.
        if (column.Index.Find(true) is >= 0 and int isTrue)
        {
            WriteCase("case not null when bool.TryParse(value, out bool isTrue) && isTrue:", start + isTrue);
        }

        if (column.Index.Find(false) is >= 0 and int isFalse)
        {
            WriteCase("case not null when bool.TryParse(value, out bool isNotFalse) && !isNotFalse:", start + isFalse);
        }

        Append("                default:");
        Append(column.HasOther
            ? $"                    features[{start + column.Categories.Count}] = isMissing ? 0 : 1;"
            : "                    isKnown &= isMissing;");
        Append("                    break;");
        Append("            }");
    }

    private void WriteCase(string label, int feature)
    {
        Append($"                {label}");
        Append($"                    features[{feature}] = 1;");
        Append("                    break;");
    }

    private void WriteDate(DateEncoding column, string property, int start)
    {
        Append($"            bool isMissing = row.{property} is null;");
        WriteMissing(column, start);
        Append($"            if (row.{property} is DateTime date)");
        Append("            {");
        if (column.Deviation != 0)
        {
            Append("                double day = new TimeSpan(date.Ticks - new DateTime(2000, 1, 1).Ticks).TotalDays;");
            Append($"                features[{start}] = ({_type})((day - {Number(column.Mean)}) / {Number(column.Deviation)});");
            Append($"                if (!{_type}.IsFinite(features[{start}]))");
            Append("                {");
            Append("                    throw new ArgumentException(");
            Append($"                        \"{property} must be a date in the range of {_type}.\", nameof(row));");
            Append("                }");
            Append("");
        }

        Append($"                features[{start} + date.Month] = 1;");
        Append($"                features[{start + 1 + DateEncoding.Months} + (int)date.DayOfWeek] = 1;");
        if (column.HasHours)
        {
            Append($"                features[{start + 1 + DateEncoding.Months + DateEncoding.Days} + date.Hour] = 1;");
        }

        Append("            }");
    }

    /// <summary>Writes what a missing category has: where training had no missing values, but empty texts, it is one of these.</summary>
    private void WriteMissingCategory(CategoryEncoding column, int start)
    {
        if (!column.HasMissing && column.Index.Find(default(TableCell)) is >= 0 and int position)
        {
            Append($"            features[{start + position}] = isMissing ? 1 : 0;");
        }
        else
        {
            WriteMissing(column, start);
        }
    }

    /// <summary>Writes what a missing value has beside its other features.</summary>
    private void WriteMissing(ColumnEncoding column, int start)
    {
        if (column.HasMissing)
        {
            Append($"            features[{start + column.ValueFeatureCount}] = isMissing ? 1 : 0;");
        }
        else
        {
            Append("            isKnown &= !isMissing;");
        }
    }

    private void WriteAnswer()
    {
        if (_encoder.IsClassifier)
        {
            Append("    /// <summary>The names of the classes in the order of their labels.</summary>");
            Append("    public static IReadOnlyList<string> ClassNames { get; } = Array.AsReadOnly(new[]");
            Append("    {");
            foreach (string name in _encoder.ClassNames)
            {
                Append($"        {CSharpText.Literal(name)},");
            }

            Append("    });");
            Append("");
        }

        Append($"    /// <summary>The length of the answer to a row{(_encoder.IsClassifier ? ": the number of classes" : "")}.</summary>");
        Append($"    public const int AnswerCount = {_encoder.OutputCount};");
        Append("");
        string receives = _encoder.IsClassifier ? "the probabilities of the classes" : "the number in its own units";
        Append($$"""
                /// <summary>Answers a row. Does not allocate.</summary>
                /// <param name="row">The row.</param>
                /// <param name="answer">Receives {{receives}}.</param>
                /// <returns>Whether training had all of the row's categories.</returns>
                /// <exception cref="ArgumentException">There is not room for the answer, a number is out of range, or the network's
                /// values are not finite.</exception>
                public static bool Predict(in Row row, Span<double> answer)
                {
                    if (answer.Length != AnswerCount)
                    {
                        throw new ArgumentException(
                            $"There must be room for {AnswerCount} numbers, but there is for {answer.Length}.", nameof(answer));
                    }

            """);
        int outputs = _isYesOrNo ? 1 : _encoder.OutputCount;
        bool isRented = _encoder.FeatureCount + outputs > OnStack;
        if (isRented)
        {
            Append($"        {_type}[] buffer = ArrayPool<{_type}>.Shared.Rent(InputCount + OutputCount);");
            Append($"        Span<{_type}> features = buffer.AsSpan(0, InputCount);");
            Append($"        Span<{_type}> outputs = buffer.AsSpan(InputCount, OutputCount);");
        }
        else
        {
            Append($"        Span<{_type}> features = stackalloc {_type}[InputCount];");
            Append($"        Span<{_type}> outputs = stackalloc {_type}[OutputCount];");
        }

        Append("        bool isKnown = Encode(row, features);");
        Append("        Predict(features, outputs);");
        if (_isYesOrNo)
        {
            Append("        answer[1] = outputs[0];");
            Append("        answer[0] = 1 - answer[1];");
        }
        else if (_encoder.IsClassifier)
        {
            Append("        for (int i = 0; i < answer.Length; i++)");
            Append("        {");
            Append("            answer[i] = outputs[i];");
            Append("        }");
            Append("");
        }
        else
        {
            TargetEncoding target = _encoder.TargetEncoding;
            Append($"        answer[0] = (outputs[0] * {Number(target.Deviation)}) + {Number(target.Mean)};");
        }

        if (isRented)
        {
            Append($"        ArrayPool<{_type}>.Shared.Return(buffer);");
        }

        (string summary, string returns, string head) = _encoder.IsClassifier
            ? ("Returns the name of the most probable class of a row, the first of several", "One of the names", "string PredictClass")
            : ("Returns the number for a row, in its own units", "The number", "double PredictValue");
        Append($$"""
                    foreach (double value in answer)
                    {
                        if (!double.IsFinite(value))
                        {
                            throw new ArgumentException("The network's values for the row must be finite, but are not.", nameof(row));
                        }
                    }

                    return isKnown;
                }

                /// <summary>{{summary}}.</summary>
                /// <param name="row">The row.</param>
                /// <returns>{{returns}}.</returns>
                /// <exception cref="ArgumentException">A number is out of range, or the network's values are not finite.</exception>
                public static {{head}}(in Row row)
                {
                    Span<double> answer = {{(outputs > OnStack ? "new" : "stackalloc")}} double[AnswerCount];
                    Predict(row, answer);
            """);
        if (_encoder.IsClassifier)
        {
            Append("        int best = 0;");
            Append("        for (int i = 1; i < answer.Length; i++)");
            Append("        {");
            Append("            best = answer[i] > answer[best] ? i : best;");
            Append("        }");
            Append("");
            Append("        return ClassNames[best];");
        }
        else
        {
            Append("        return answer[0];");
        }

        Append("    }");
        Append("");
    }

    private static string Number(double value) => CSharpText.Number(value);
}
