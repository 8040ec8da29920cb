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
                default:
                    reader.Skip();
                    break;
            }
        }

        return attribute;
    }

    /// <summary>Returns the list of floats.</summary>
    public double[] Floats(ReadBudget budget) => OnnxTensor.Decode(_floats, TensorType.Float, budget);

    private static double Shortest(float number) =>
        double.Parse(number.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
