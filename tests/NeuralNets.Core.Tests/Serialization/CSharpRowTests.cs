using System.Numerics;
using System.Reflection;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Models;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tables;
using NeuralNets.Core.Tests.Tables;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>Exported source with an encoder, against the model that it comes from.</summary>
public sealed class CSharpRowTests
{
    private const string Name = "Exported";

    private static readonly Table s_mixed = CsvTableTests.Read(
        """"
        "a number","no gaps",code,truth,Row,when,"day ""only""",constant,y
        1.5,3,10,true,x,2024-02-29T13:45:10.1234567,2020-01-01,7,1.25
        -2,4,2,false,"y ""z"" \n",1999-12-31T00:00,2020-01-02,7,-3
        NA,5,10,true,é,,2021-06-30,7,8
        1e30,-6,NA,,x,2000-01-01T23:59:59,2020-01-03,7,0.5
        0.25,1,3,false,NA,2023-07-04T05:06,2022-12-25,7,2
        """");

    private static readonly TableEncoderOptions s_options = new()
    {
        Uses = new Dictionary<string, ColumnUse>
        {
            ["code"] = ColumnUse.Category,
            ["when"] = ColumnUse.Date,
            ["day \"only\""] = ColumnUse.Date,
            ["Row"] = ColumnUse.Category,
            ["constant"] = ColumnUse.Number,
            ["truth"] = ColumnUse.Category,
        },
    };

    private delegate bool AnswerFunction<TRow>(in TRow row, Span<double> answer);

    [Theory]
    [InlineData("penguins", "species")]
    [InlineData("concrete", "compressive_strength")]
    public void Predict_RowsOfASample_AnswersAsTheModel(string sample, string target)
    {
        string folder = $"samples/NeuralNets.{char.ToUpperInvariant(sample[0])}{sample[1..]}/data";
        Table table = CsvTable.Read(Repository.File($"{folder}/{sample}.csv"));
        var encoder = TableEncoder.Fit(table, target);

        CheckRows(Model<float>(encoder), table);
        CheckRows(Model<double>(encoder), table);
    }

    [Fact]
    public void Predict_AllKindsOfColumns_AnswersAsTheModel()
    {
        var encoder = TableEncoder.Fit(s_mixed, "y", s_options);
        Table others = CsvTableTests.Read(
            """"
            "a number","no gaps",code,truth,Row,when,"day ""only""",constant
            1e-3,NA,2,true,unknown,2024-01-01,2024-01-01T11:00,8
            -0.0,0,10,FALSE,x,2024-01-01T00:00:00.0000001,NA,NA
            7,8,4,maybe,X,NA,1900-01-01,-1e300
            """");

        CheckRows(Model<float>(encoder), s_mixed);
        CheckRows(Model<double>(encoder), others);
    }

    [Fact]
    public void Predict_RareCategoriesTogether_AnswersAsTheModel()
    {
        var encoder = TableEncoder.Fit(s_mixed, "y", s_options with { MaxCategories = 1 });

        CheckRows(Model<float>(encoder), s_mixed);
    }

    [Fact]
    public void Predict_EmptyTextsAndTruthValuesOfManySpellings_AnswersAsTheModel()
    {
        Table training = new(
        [
            TableColumn.FromTexts("empty", ["", "a", "TRUE", "no"]), TableColumn.FromTexts("truth", ["True", "true", "x", "False"]),
            TableColumn.FromNumbers("y", [1, 2, 3, 5]),
        ]);
        Table others = new(
        [
            TableColumn.FromTexts("empty", [" true ", null, "True", "FALSE", "A"]),
            TableColumn.FromTexts("truth", ["TRUE", " False", "false", null, "\u2028\"\\"]),
        ]);
        var encoder = TableEncoder.Fit(training, "y");

        CheckRows(Model<float>(encoder), training);
        CheckRows(Model<double>(encoder), others);
    }

    [Fact]
    public void Predict_YesOrNo_AnswersWithBothProbabilities()
    {
        Table table = CsvTableTests.Read("x,y\n1,no\n2,yes\n3,no\n");
        var encoder = TableEncoder.Fit(table, "y");

        CheckRows(new TableModel<float>(new Network<float>([1, 3, 1], new Relu<float>(), new Sigmoid<float>(), seed: 1), encoder), table);
    }

    [Fact]
    public void Predict_NumberOutOfRange_Throws()
    {
        var encoder = TableEncoder.Fit(CsvTableTests.Read("x,y\n1,1\n2,2\n"), "y");
        using var compiled = new CompiledSource([Model<float>(encoder).Network.ToCSharp(Name, null, encoder)]);
        Type row = compiled[Name].GetNestedType("Row")!;

        FluentActions.Invoking(() => Answer(compiled, RowOf(row, [1e300]), new double[1])).Should().Throw<ArgumentException>().WithMessage(
            "X must be a number in the range of float, but is 1E+300. (Parameter 'row')");
        FluentActions.Invoking(() => Answer(compiled, RowOf(row, [1.0]), new double[2])).Should().Throw<ArgumentException>().WithMessage(
            "There must be room for 1 numbers, but there is for 2. (Parameter 'answer')");
    }

    [Fact]
    public void Row_UnusualNames_HasPropertiesLikeThem()
    {
        var encoder = TableEncoder.Fit(s_mixed, "y", s_options);
        using var compiled = new CompiledSource([Model<float>(encoder).Network.ToCSharp(Name, null, encoder)]);

        compiled[Name].GetNestedType("Row")!.GetProperties().Select(property =>
            $"{(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType).Name} {property.Name}").Should().Equal(
            "Double ANumber", "Double NoGaps", "Double Code", "String Truth", "String Row2", "DateTime When", "DateTime DayOnly",
            "Double Constant");
    }

    [Fact]
    public void ToCSharp_EncoderOfAnotherNetwork_Throws()
    {
        var encoder = TableEncoder.Fit(s_mixed, "y", s_options);

        FluentActions.Invoking(() => new Network<float>([3, 2], new Relu<float>(), seed: 1).ToCSharp(Name, null, encoder))
            .Should().Throw<ArgumentException>().WithMessage("The network must take the * features of the encoder*");
    }

    private static TableModel<T> Model<T>(TableEncoder encoder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
            new Network<T>([encoder.FeatureCount, 5, encoder.OutputCount], new Silu<T>(), encoder.CreateOutput<T>(), seed: 1), encoder);

    /// <summary>Compares the answers of model and source for each row of a table.</summary>
    private static void CheckRows<T>(TableModel<T> model, Table table)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TableEncoder encoder = model.Encoder;
        using var compiled = new CompiledSource([model.Network.ToCSharp(Name, null, encoder)], isChecked: true);
        Type rowType = compiled[Name].GetNestedType("Row")!;
        for (int i = 0; i < table.RowCount; i++)
        {
            TableCell[] cells = [.. encoder.ColumnNames.Select(name => table[name].Cell(i))];
            double[] expected = new double[model.AnswerCount];
            double[] answer = new double[model.AnswerCount];
            object row = RowOf(rowType, [.. cells.Select((cell, j) => ValueOf(cell, rowType.GetProperties()[j].PropertyType))]);

            bool expectedKnown = model.Predict(cells, expected);
            bool isKnown = Answer(compiled, row, answer);

            RandomValues.Bits<double>(answer).Should().Equal(RandomValues.Bits<double>(expected), $"row {i} is the model's");
            isKnown.Should().Be(expectedKnown, $"of row {i}");
            if (encoder.IsClassifier)
            {
                Single(compiled, "PredictClass", row).Should().Be(encoder.ClassNames[Array.IndexOf(expected, expected.Max())]);
            }
            else
            {
                Single(compiled, "PredictValue", row).Should().Be(expected[0]);
            }
        }

        if (encoder.IsClassifier)
        {
            ((IReadOnlyList<string>)compiled[Name].GetProperty("ClassNames")!.GetValue(null)!).Should().Equal(encoder.ClassNames);
        }
    }

    private static object? ValueOf(TableCell cell, Type type) =>
        cell.IsMissing ? null
        : type == typeof(DateTime?) ? DateTime.Parse(cell.Text!, System.Globalization.CultureInfo.InvariantCulture)
        : cell.Number is { } number ? number : cell.Text;

    private static object RowOf(Type type, object?[] values)
    {
        object row = Activator.CreateInstance(type)!;
        PropertyInfo[] properties = type.GetProperties();
        for (int i = 0; i < values.Length; i++)
        {
            properties[i].SetValue(row, values[i]);
        }

        return row;
    }

    private static bool Answer(CompiledSource compiled, object row, double[] answer)
    {
        try
        {
            return (bool)typeof(CSharpRowTests).GetMethod(nameof(AnswerOf), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(row.GetType()).Invoke(null, [compiled, row, answer])!;
        }
        catch (TargetInvocationException exception)
        {
            throw exception.InnerException!;
        }
    }

    private static bool AnswerOf<TRow>(CompiledSource compiled, TRow row, double[] answer) =>
        compiled.Method<AnswerFunction<TRow>>(Name, "Predict")(row, answer);

    private static object Single(CompiledSource compiled, string method, object row) =>
        compiled[Name].GetMethod(method)!.Invoke(null, [row])!;
}
