namespace NeuralNets.Onnx.Format;

/// <summary>An input or an output of a graph.</summary>
internal sealed class OnnxValueInfo
{
    public string Name { get; private set; } = "";

    public TensorType Type { get; private set; }

    /// <summary>The dimensions, null where one is free; null if nothing is said of them.</summary>
    public List<long?>? Dimensions { get; private set; }

    public static OnnxValueInfo Read(ProtoReader reader)
    {
        var info = new OnnxValueInfo();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Fields.ValueInfo.Name:
                    info.Name = reader.ReadString();
                    break;
                case Fields.ValueInfo.Type:
                    info.ReadType(reader.ReadMessage());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return info;
    }

    private void ReadType(ProtoReader reader)
    {
        while (reader.Next())
        {
            if (reader.Field == Fields.ValueInfo.TensorType)
            {
                ReadTensorType(reader.ReadMessage());
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadTensorType(ProtoReader reader)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Fields.ValueInfo.ElementType:
                    Type = (TensorType)reader.ReadInteger();
                    break;
                case Fields.ValueInfo.Shape:
                    ReadShape(reader.ReadMessage());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadShape(ProtoReader reader)
    {
        Dimensions = [];
        while (reader.Next())
        {
            if (reader.Field == Fields.ValueInfo.Dimension)
            {
                Dimensions.Add(ReadDimension(reader.ReadMessage()));
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static long? ReadDimension(ProtoReader reader)
    {
        long? dimension = null;
        while (reader.Next())
        {
            if (reader.Field == Fields.ValueInfo.DimensionValue)
            {
                dimension = reader.ReadInteger();
            }
            else
            {
                reader.Skip();
            }
        }

        // Some exporters write 0 or −1 for a free dimension.
        return dimension > 0 ? dimension : null;
    }
}
