using System.Numerics;
using Google.Protobuf;
using NeuralNets.Core;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tables;
using NeuralNets.Onnx.Format;
using NeuralNets.Onnx.Reading;
using NeuralNets.Onnx.Writing;

namespace NeuralNets.Onnx;

/// <summary>Saves networks as ONNX files, and loads networks of dense layers that PyTorch, Keras, scikit-learn and others have
/// exported.</summary>
/// <remarks>
/// <para>
/// <b>Saving.</b> A file has operators of opset 13, and the network's element type. In a file a sample is a row: the input <c>input</c> is
/// (N × inputs), N being any number. The first output is what <see cref="Network{T}.Predict(MathNet.Numerics.LinearAlgebra.Matrix{T}, int,
/// NeuralNets.Core.Backends.GemmBackend?)"/> answers, in rows: <c>probabilities</c> (N × outputs) of a softmax or sigmoid, <c>output</c>
/// otherwise. The second, <c>label</c> (N), is the class of a softmax, or 1 where a sigmoid's probability is at least one half; of several
/// sigmoids it is (N × outputs). The same network gives the same bytes.
/// </para>
/// <para>
/// With a <see cref="TableEncoder"/> the encoding is in the file: there is an input (N × 1) for each of its columns, under the column's
/// name, of doubles for numbers and of texts for categories. NaN and the empty text are missing values. The features have the encoder's
/// bits. <c>label</c> is the name of the class (N), and the names of all classes are in the metadata <c>neuralnets.classes</c>, a JSON
/// array; a number is answered as <c>output</c> (N × 1) of doubles, in the units of the target. A column with the name of an output keeps
/// it, and the output's gets an underscore at its end. What the encoder refuses, such as an infinite number, is computed with; texts are
/// compared as they are, except that each spelling of <c>true</c> and <c>false</c> in small and large letters is the same.
/// </para>
/// <para>
/// ONNX Runtime has its own kernels, so its answers differ from this library's in the last bits: in two layers by up to 4 units in
/// the last place of the largest output, rounded up to a power of two, and by more in deeper networks. It has none for the error function
/// in double, so GELU is saved in float only.
/// </para>
/// <para>
/// <b>Loading.</b> A graph must be a network of dense layers: Gemm or MatMul and Add with constant weights, the functions of
/// <see cref="ActivationCatalog{T}"/> as single operators or as the several that exporters make of them, and around them what changes no
/// value (Flatten, Reshape, Identity, Dropout, Cast) or can be multiplied into the weights of a layer (numbers added, subtracted,
/// multiplied or divided by, Scaler, BatchNormalization). The products with such numbers are computed in double and rounded once, which is
/// not how the exporter rounds: if means are large against deviations, the answers of a float network can differ in their last digits.
/// ArgMax, ZipMap and what else makes labels are left out: a network makes them by itself. 1 − p beside p of one sigmoid becomes a softmax
/// of two.
/// </para>
/// <para>
/// Files are treated as untrusted: what a file says is checked before memory is allocated for it, which is never more than a small multiple
/// of the file's length and a fixed amount, and nothing in it is run. A file is read into memory whole.
/// </para>
/// </remarks>
public static class OnnxFile
{
    /// <summary>Saves a network to a file. A regular file is replaced as a whole: whatever happens, there is the old one or the new
    /// one.</summary>
    /// <param name="path">The file; its folder must exist. Symbolic links are followed.</param>
    /// <param name="network">The network.</param>
    /// <param name="encoder">What makes its inputs of tables, and names of its outputs; null for a network alone.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, the network does not have the encoder's inputs and outputs,
    /// the file would be longer than 2 GiB, or a name of the encoder has half a surrogate pair.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> or <paramref name="network"/> is null.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">It is a folder or a socket, or cannot be written.</exception>
    /// <exception cref="NotSupportedException">A layer has a custom activation, or GELU in double; or a column of the encoder has
    /// dates.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written, or a new one must not be made.</exception>
    public static void Save<T>(string path, Network<T> network, TableEncoder? encoder = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ProtoMessage model = NetworkWriter.Build(network, encoder);
        AtomicFile.Write(path, stream => NetworkWriter.Write(stream, model));
    }

    /// <summary>Saves a network to a stream.</summary>
    /// <param name="stream">Receives the file from its present position on. Stays open.</param>
    /// <param name="network">The network.</param>
    /// <param name="encoder">What makes its inputs of tables, and names of its outputs; null for a network alone.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <exception cref="ArgumentException">The network does not have the encoder's inputs and outputs, the file would be longer than 2 GiB,
    /// or a name of the encoder has half a surrogate pair.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> or <paramref name="network"/> is null.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    /// <exception cref="NotSupportedException">A layer has a custom activation, or GELU in double; or a column of the encoder has
    /// dates.</exception>
    public static void Save<T>(Stream stream, Network<T> network, TableEncoder? encoder = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(stream);
        NetworkWriter.Write(stream, NetworkWriter.Build(network, encoder));
    }

    /// <summary>Loads a network of dense layers.</summary>
    /// <param name="path">The file. A pipe is read to its end.</param>
    /// <param name="allowRounding">Whether weights that are doubles in the file may be loaded as floats. Floats load as doubles
    /// exactly.</param>
    /// <param name="output">The name of the output that the network shall answer; null for the only one, or for the last of several that
    /// follow from each other, such as logits and probabilities.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The network. Its features are the graph's, in row-major order if a sample has several dimensions.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">It is not an ONNX file, or its graph is not a network of dense layers: the message has the
    /// name and the type of the node. Or weights are in another file, of a type other than float and double, doubles that must not be
    /// rounded, or out of the range of floats.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static Network<T> Load<T>(string path, bool allowRounding = false, string? output = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        using FileStream file = InputFile.Open(path, bufferSize: 1 << 16);
        return Load<T>(file, path, allowRounding, output);
    }

    /// <summary>Loads a network of dense layers from a stream.</summary>
    /// <param name="stream">The file, from the stream's present position to its end. Stays open.</param>
    /// <param name="name">The name of the stream in messages.</param>
    /// <param name="allowRounding">Whether weights that are doubles in the file may be loaded as floats. Floats load as doubles
    /// exactly.</param>
    /// <param name="output">The name of the output that the network shall answer; null for the only one, or for the last of several that
    /// follow from each other, such as logits and probabilities.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The network. Its features are the graph's, in row-major order if a sample has several dimensions.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> or <paramref name="name"/> is null.</exception>
    /// <exception cref="InvalidDataException">It is not an ONNX file, or its graph is not a network of dense layers: the message has the
    /// name and the type of the node. Or weights are in another file, of a type other than float and double, doubles that must not be
    /// rounded, or out of the range of floats.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
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
            return isDouble && typeof(T) == typeof(float) && !allowRounding
                ? throw new InvalidDataException(
                    $"weights that are doubles can be loaded as floats only with {nameof(allowRounding)}, which is not set: load a network "
                    + "of doubles, or set it.")
                : LayerBuilder.Create<T>(layers);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException(
                $"{name}: an ONNX file must be a message of protocol buffers, but is not: {exception.Message}", exception);
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
