using System.Numerics;
using System.Text;
using NeuralNets.Core;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tables;
using NeuralNets.Onnx.Format;
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
}
