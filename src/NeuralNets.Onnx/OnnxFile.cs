using System.Numerics;
using Google.Protobuf;
using NeuralNets.Core;
using NeuralNets.Core.Data;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tables;
using NeuralNets.Onnx.Format;
using NeuralNets.Onnx.Reading;
using NeuralNets.Onnx.Writing;

namespace NeuralNets.Onnx;

/// <summary>Saves networks as ONNX files, and loads multi-layer perceptrons that others have exported.</summary>
public static partial class OnnxFile
{
    /// <summary>Saves a network.</summary>
    public static void Save<T>(string path, Network<T> network, TableEncoder? encoder = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ProtoMessage model = NetworkWriter.Build(network, encoder);
        AtomicFile.Write(path, stream => NetworkWriter.Write(stream, model));
    }

    /// <summary>Saves a network to a stream.</summary>
    public static void Save<T>(Stream stream, Network<T> network, TableEncoder? encoder = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(stream);
        NetworkWriter.Write(stream, NetworkWriter.Build(network, encoder));
    }

    /// <summary>Loads a network.</summary>
    public static Network<T> Load<T>(string path, bool allowRounding = false, string? output = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        using FileStream file = InputFile.Open(path, bufferSize: 1 << 16);
        return Load<T>(file, path, allowRounding, output);
    }

    /// <summary>Loads a network from a stream.</summary>
    public static Network<T> Load<T>(Stream stream, string name, bool allowRounding = false, string? output = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        byte[] file = ReadAll(stream, name);
        try
        {
            var budget = new ReadBudget(file.Length);
            OnnxModel model = OnnxModel.Read(new ProtoReader(file, budget));
            IReadOnlyList<LayerParts> layers = GraphReader.Read(model, output, budget, out bool isDouble);
            if (isDouble && typeof(T) == typeof(float) && !allowRounding)
            {
                throw new InvalidDataException(
                    $"weights that are doubles must be loaded as doubles unless {nameof(allowRounding)} is set, but floats were asked for.");
            }

            return LayerBuilder.Create<T>(layers);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException($"{name}: an ONNX file must be a message of protocol buffers, but is not: {exception.Message}", exception);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{name}: {exception.Message}", exception);
        }
    }

    private static byte[] ReadAll(Stream stream, string name)
    {
        if (!stream.CanSeek)
        {
            return InputFile.Buffer(stream, name).ToArray();
        }

        long length = Math.Max(stream.Length - stream.Position, 0);
        if (length > Array.MaxLength)
        {
            throw new InvalidDataException($"{name}: an ONNX file must have at most {Array.MaxLength} bytes, but has {length}.");
        }

        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
