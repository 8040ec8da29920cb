using System.Globalization;

namespace NeuralNets.Onnx.Format;

/// <summary>An attribute of a node. Of texts, only a single one is read: lists of them only name classes.</summary>
internal sealed class OnnxAttribute
{
    private readonly List<ArraySegment<byte>> _floats = [];

    public string Name { get; private set; } = "";

    public long? Integer { get; private set; }

    /// <summary>The number that was meant: 0.01, and not the float next to it as a double.</summary>
    public double? Number { get; private set; }

    public string? Text { get; private set; }

    public OnnxTensor? Tensor { get; private set; }

    public List<long> Integers { get; } = [];

    public static OnnxAttribute Read(ProtoReader reader)
    {
        var attribute = new OnnxAttribute();
        var type = AttributeType.Undefined;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Fields.Attribute.Name:
                    attribute.Name = reader.ReadString();
                    break;
                case Fields.Attribute.Float:
                    attribute.Number = Shortest(reader.ReadFloat());
                    break;
                case Fields.Attribute.Int:
                    attribute.Integer = reader.ReadInteger();
                    break;
                case Fields.Attribute.String:
                    attribute.Text = reader.ReadString();
                    break;
                case Fields.Attribute.Tensor:
                    attribute.Tensor = OnnxTensor.Read(reader.ReadMessage());
                    break;
                case Fields.Attribute.Floats:
                    reader.ReadNumbers(attribute._floats, sizeof(float));
                    break;
                case Fields.Attribute.Ints:
                    reader.ReadIntegers(attribute.Integers);
                    break;
                case Fields.Attribute.Type:
                    type = (AttributeType)reader.ReadInteger();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        bool isOther = (attribute.Integer is not null && type != AttributeType.Int)
            || (attribute.Number is not null && type != AttributeType.Float)
            || (attribute.Text is not null && type != AttributeType.String)
            || (attribute.Tensor is not null && type != AttributeType.Tensor)
            || (attribute._floats.Count > 0 && type != AttributeType.Floats)
            || (attribute.Integers.Count > 0 && type != AttributeType.Ints);
        if (isOther && type != AttributeType.Undefined)
        {
            throw new InvalidDataException(
                $"an attribute must have a value of its type, but {OnnxModel.Quote(attribute.Name)} is of the type {type} and has "
                + "another one.");
        }

        // Writers that follow the third version of the language leave out what is 0 or empty.
        attribute.Integer ??= type == AttributeType.Int ? 0 : null;
        attribute.Number ??= type == AttributeType.Float ? 0 : null;
        attribute.Text ??= type == AttributeType.String ? "" : null;
        return attribute;
    }

    /// <summary>Returns the list of floats.</summary>
    public double[] Floats(ReadBudget budget) => OnnxTensor.Decode(_floats, TensorType.Float, budget);

    private static double Shortest(float number) =>
        double.Parse(number.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
