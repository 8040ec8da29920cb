using System.Buffers.Binary;

namespace NeuralNets.Onnx.Format;

/// <summary>A tensor. Its numbers stay in the file until they are asked for.</summary>
internal sealed class OnnxTensor
{
    private const int ExternalLocation = 1;
    private const int MaxRank = 16;

    private readonly List<ArraySegment<byte>> _floats = [];
    private readonly List<ArraySegment<byte>> _doubles = [];
    private readonly List<long> _integers = [];
    private ArraySegment<byte>? _raw;
    private string? _externalFile;
    private bool _isExternal;

    public string Name { get; private set; } = "";

    public TensorType Type { get; private set; }

    public List<long> Dimensions { get; } = [];

    public static OnnxTensor Read(ProtoReader reader)
    {
        var tensor = new OnnxTensor();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Fields.Tensor.Dimensions:
                    reader.ReadIntegers(tensor.Dimensions);
                    break;
                case Fields.Tensor.ElementType:
                    tensor.Type = (TensorType)reader.ReadInteger();
                    break;
                case Fields.Tensor.Name:
                    tensor.Name = reader.ReadString();
                    break;
                case Fields.Tensor.Floats:
                    reader.ReadNumbers(tensor._floats, sizeof(float));
                    break;
                case Fields.Tensor.Doubles:
                    reader.ReadNumbers(tensor._doubles, sizeof(double));
                    break;
                case Fields.Tensor.Int32s or Fields.Tensor.Int64s:
                    reader.ReadIntegers(tensor._integers);
                    break;
                case Fields.Tensor.RawBytes:
                    tensor._raw = reader.ReadBytes();
                    break;
                case Fields.Tensor.ExternalData:
                    tensor._isExternal = true;
                    tensor.ReadExternal(reader.ReadMessage());
                    break;
                case Fields.Tensor.DataLocation:
                    tensor._isExternal |= reader.ReadInteger() == ExternalLocation;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return tensor;
    }

    /// <summary>Returns the numbers, row by row.</summary>
    /// <exception cref="InvalidDataException">They are in another file, of a type that is not read, or not as many as the dimensions
    /// say.</exception>
    public double[] Numbers(ReadBudget budget)
    {
        if (_isExternal)
        {
            throw new InvalidDataException(
                $"the numbers of a tensor must be in the file itself, but those of {OnnxModel.Quote(Name)} are external data"
                + $"{(_externalFile is null ? "" : $" in {OnnxModel.Quote(_externalFile)}")}: save the model with its data in one file.");
        }

        long count = 1;
        foreach (long dimension in Dimensions)
        {
            bool isPossible = Dimensions.Count <= MaxRank && dimension is >= 0 and <= int.MaxValue && count * dimension <= int.MaxValue;
            count = isPossible
                ? count * dimension
                : throw new InvalidDataException(
                    $"a tensor must have at most {MaxRank} dimensions and {int.MaxValue} numbers, but {this} has other ones.");
        }

        double[] numbers = DecodeAny(budget);
        return numbers.Length == count
            ? numbers
            : throw new InvalidDataException($"{this} must have {count} numbers, but has {numbers.Length}.");
    }

    /// <summary>Returns name, type and dimensions for messages.</summary>
    public override string ToString() =>
        $"tensor {OnnxModel.Quote(Name)} ({Type}, [{string.Join(", ", Dimensions.Take(MaxRank))}"
        + $"{(Dimensions.Count > MaxRank ? ", …" : "")}])";

    /// <summary>Returns little-endian numbers as doubles.</summary>
    public static double[] Decode(IReadOnlyList<ArraySegment<byte>> parts, TensorType type, ReadBudget budget)
    {
        int size = type switch
        {
            TensorType.Float or TensorType.Int32 => sizeof(float),
            TensorType.Bool or TensorType.UInt8 or TensorType.Int8 => 1,
            _ => sizeof(double),
        };
        long count = parts.Sum(part => (long)part.Count) / size;
        budget.TakeNumbers(count);
        double[] numbers = new double[count];
        int i = 0;
        foreach (ArraySegment<byte> part in parts)
        {
            for (ReadOnlySpan<byte> bytes = part; bytes.Length >= size && i < numbers.Length; bytes = bytes[size..])
            {
                numbers[i++] = type switch
                {
                    TensorType.Float => BinaryPrimitives.ReadSingleLittleEndian(bytes),
                    TensorType.Double => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
                    TensorType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
                    TensorType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
                    TensorType.Int8 => (sbyte)bytes[0],
                    _ => bytes[0],
                };
            }
        }

        return numbers;
    }

    private double[] DecodeAny(ReadBudget budget)
    {
        bool isInteger = Type is TensorType.Int32 or TensorType.Int64 or TensorType.Bool or TensorType.UInt8 or TensorType.Int8;
        if (!isInteger && Type is not (TensorType.Float or TensorType.Double))
        {
            throw new InvalidDataException($"the numbers of a tensor must be of the type Float or Double, but see {this}.");
        }

        if (_raw is { } raw)
        {
            return Decode([raw], Type, budget);
        }

        if (!isInteger)
        {
            return Decode(Type == TensorType.Float ? _floats : _doubles, Type, budget);
        }

        budget.TakeNumbers(_integers.Count);
        return [.. _integers.Select(integer => (double)integer)];
    }

    private void ReadExternal(ProtoReader reader)
    {
        string key = "";
        string value = "";
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Fields.Metadata.Key:
                    key = reader.ReadString();
                    break;
                case Fields.Metadata.Value:
                    value = reader.ReadString();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        _externalFile = key == "location" ? value : _externalFile;
    }
}
