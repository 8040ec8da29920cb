using System.Numerics;
using System.Security.Cryptography;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Serialization;

/// <summary>Saves networks as safetensors files and loads them, also weights that PyTorch has saved.</summary>
/// <remarks>
/// <para>
/// A file holds the tensors <c>layers.0.weight</c> [outputs, inputs], <c>layers.0.bias</c> [outputs] and so on in the network's
/// element type, and in its metadata the architecture with the activations (<c>neuralnets.network</c>, JSON), the version of
/// the library (<c>neuralnets.version</c>), the SHA-256 of the parameters (<c>neuralnets.parameters.sha256</c>,
/// <see cref="Network{T}.ComputeParametersSha256"/>), and that of these texts (<c>neuralnets.metadata.sha256</c>). Whatever reads
/// safetensors reads them. The same network gives the same bytes, and a loaded network has the bits of the saved one: a file that
/// was damaged, be it by one bit, loads as it was saved or is refused. Tensors that are not asked for are ignored, whatever their
/// type, and so are texts of other programs. Files from versions without checksums load unchecked.
/// </para>
/// <para>
/// Loading treats files as untrusted: everything that a file says is checked before memory is allocated for it, which is never more than a
/// small multiple of the file's length, and nothing in a file decides what code runs. Activations that are not this library's are
/// given by the caller; a file only names them.
/// </para>
/// <para>A network must not be trained while it is saved, except by the thread that saves it, in a handler of epochs.</para>
/// </remarks>
public static class NetworkFile
{
    private const string ArchitectureKey = "neuralnets.network";

    /// <summary>Saves a network to a file. A regular file is replaced as a whole: whatever happens, there is the old one or the
    /// new one.</summary>
    /// <param name="path">The file; its folder must exist. Symbolic links are followed.</param>
    /// <param name="network">The network.</param>
    /// <param name="encoder">What makes its inputs of tables, and names of its outputs: the columns, categories, statistics and classes,
    /// which <see cref="LoadEncoder(string)"/> and <see cref="Models.TableModel{T}.Load(string, IEnumerable{IActivation{T}}?)"/> load; null
    /// for a network alone.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, an activation that is not this library's has no
    /// name (<see cref="object.ToString"/>) that can be saved (see the remarks of <see cref="IActivation{T}"/>), the names, layers and
    /// categories are more than a file may describe: a million characters, or the network does not have the encoder's inputs and
    /// outputs.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> or <paramref name="network"/> is null.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">It is a folder or a socket, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written, or a new one must not be made.</exception>
    /// <remarks>
    /// <para>
    /// The file is written beside its place as <c>.neuralnets-*.tmp</c>, flushed to the disk and renamed, and on Unix the folder is
    /// flushed to the disk, too. It keeps the mode of the file that it replaces and, on Linux, its owner and group as far as the
    /// process may set them. A process that is killed can leave the temporary file behind, which the next save of the same file
    /// deletes.
    /// </para>
    /// <para>
    /// A pipe or a device is written to as it is. So is a regular file that may be written but not replaced, since it is a mount
    /// point or its folder must not be written: a crash then leaves it cut short.
    /// </para>
    /// </remarks>
    public static void Save<T>(string path, Network<T> network, TableEncoder? encoder = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Dictionary<string, string> metadata = Metadata(network, encoder);
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, metadata, LayerTensors.Of(network)));
    }

    /// <summary>Saves a network to a stream.</summary>
    /// <param name="stream">Receives the file from its present position on. Stays open.</param>
    /// <param name="network">The network.</param>
    /// <param name="encoder">What makes its inputs of tables, and names of its outputs; null for a network alone.</param>
    /// <exception cref="ArgumentException">An activation that is not this library's has no name
    /// (<see cref="object.ToString"/>) that can be saved (see the remarks of <see cref="IActivation{T}"/>), the names, layers and
    /// categories are more than a file may describe: a million characters, or the network does not have the encoder's inputs and
    /// outputs.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> or <paramref name="network"/> is null.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static void Save<T>(Stream stream, Network<T> network, TableEncoder? encoder = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(stream);
        SafetensorsWriter.Write(stream, Metadata(network, encoder), LayerTensors.Of(network));
    }

    /// <summary>Loads the encoder of tables that was saved with a network.</summary>
    /// <param name="path">The file. A pipe is first read to its end, into memory: at most 2 GiB.</param>
    /// <returns>The encoder, which makes the same features as the one that was saved.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">It is not a safetensors file of this library, was saved without an encoder, or its metadata
    /// does not have the content that its checksum says.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static TableEncoder LoadEncoder(string path)
    {
        using Stream stream = Open(path);
        SafetensorsReader file = Read(stream, path);
        OwnMetadata.Check(file);
        return ReadEncoder(file);
    }

    /// <summary>Loads a network that this library has saved, also from a checkpoint.</summary>
    /// <param name="path">The file. A pipe is first read to its end, into memory: at most 2 GiB.</param>
    /// <param name="customActivations">The activations of the network that are not this library's, in any order: a layer gets the
    /// one whose name (<see cref="object.ToString"/>) is that in the file. More than the network has may be given.</param>
    /// <param name="allowRounding">Whether a network of doubles may be loaded as one of floats. Floats load as doubles
    /// exactly.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or two of <paramref name="customActivations"/> have the
    /// same name, or one has none that can be saved.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> or one of <paramref name="customActivations"/> is
    /// null.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">It is not a safetensors file with a network of this library, does not have the content
    /// that its checksums say, has an activation that is not given, or holds doubles that must not be rounded or are too large for
    /// floats.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static Network<T> Load<T>(
        string path, IEnumerable<IActivation<T>>? customActivations = null, bool allowRounding = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Stream stream = Open(path);
        return Load(stream, path, customActivations, allowRounding);
    }

    /// <summary>Loads a network that this library has saved, also from a checkpoint.</summary>
    /// <param name="stream">The file, from the stream's present position to its end. It must be able to seek, and stays
    /// open.</param>
    /// <param name="name">The name of the stream in messages.</param>
    /// <param name="customActivations">The activations of the network that are not this library's, in any order: a layer gets the
    /// one whose name (<see cref="object.ToString"/>) is that in the file. More than the network has may be given.</param>
    /// <param name="allowRounding">Whether a network of doubles may be loaded as one of floats. Floats load as doubles
    /// exactly.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ArgumentException"><paramref name="stream"/> cannot seek, <paramref name="name"/> is empty, or two of
    /// <paramref name="customActivations"/> have the same name, or one has none that can be saved.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/>, <paramref name="name"/> or one of
    /// <paramref name="customActivations"/> is null.</exception>
    /// <exception cref="InvalidDataException">It is not a safetensors file with a network of this library, does not have the content
    /// that its checksums say, has an activation that is not given, or holds doubles that must not be rounded or are too large for
    /// floats.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Network<T> Load<T>(
        Stream stream, string name, IEnumerable<IActivation<T>>? customActivations = null, bool allowRounding = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        Dictionary<string, IActivation<T>> custom = ByName(customActivations);
        SafetensorsReader file = Read(stream, name);
        string? sha256 = OwnMetadata.Check(file);
        return ReadNetwork(file, custom, allowRounding ? ElementConversion.Rounding : ElementConversion.Exact, sha256);
    }

    /// <summary>Loads dense layers from any safetensors file, such as the <c>Linear</c> layers of a PyTorch model. Checksums are
    /// not looked at.</summary>
    /// <example><code>NetworkFile.LoadLayers("model.safetensors", ["fc1", "fc2"], [new Relu&lt;float>()])</code></example>
    /// <param name="path">The file; of a pipe, at most 2 GiB. Tensors that are not named are ignored.</param>
    /// <param name="prefixes">One per layer, from the input to the output: its weights are the tensor <c>prefix.weight</c>
    /// [outputs, inputs], its biases <c>prefix.bias</c> [outputs], in F32 or F64.</param>
    /// <param name="hiddenActivations">The function of each layer but the last, whose function is softmax.</param>
    /// <param name="allowRounding">Whether doubles may be loaded as floats. Floats load as doubles exactly.</param>
    /// <param name="allowMissingBiases">Whether a layer that has no biases in the file, such as <c>Linear(bias=False)</c>, gets
    /// zeros.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, there are no prefixes, or not one activation less
    /// than prefixes.</exception>
    /// <exception cref="ArgumentNullException">An argument or an element of one is null.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">It is not a safetensors file, a tensor is not there or does not have the shape of its
    /// place, or holds doubles that must not be rounded or are too large for floats.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static Network<T> LoadLayers<T>(
        string path,
        IReadOnlyList<string> prefixes,
        IReadOnlyList<IActivation<T>> hiddenActivations,
        bool allowRounding = false,
        bool allowMissingBiases = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Stream stream = Open(path);
        return LoadLayers(stream, path, prefixes, hiddenActivations, allowRounding, allowMissingBiases);
    }

    /// <summary>Loads dense layers from any safetensors file, such as the <c>Linear</c> layers of a PyTorch model.</summary>
    /// <param name="stream">The file, from the stream's present position to its end. It must be able to seek, and stays open.
    /// Tensors that are not named are ignored.</param>
    /// <param name="name">The name of the stream in messages.</param>
    /// <param name="prefixes">One per layer, from the input to the output: its weights are the tensor <c>prefix.weight</c>
    /// [outputs, inputs], its biases <c>prefix.bias</c> [outputs], in F32 or F64.</param>
    /// <param name="hiddenActivations">The function of each layer but the last, whose function is softmax.</param>
    /// <param name="allowRounding">Whether doubles may be loaded as floats. Floats load as doubles exactly.</param>
    /// <param name="allowMissingBiases">Whether a layer that has no biases in the file, such as <c>Linear(bias=False)</c>, gets
    /// zeros.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ArgumentException"><paramref name="stream"/> cannot seek, <paramref name="name"/> is empty, there are no
    /// prefixes, or not one activation less than prefixes.</exception>
    /// <exception cref="ArgumentNullException">An argument or an element of one is null.</exception>
    /// <exception cref="InvalidDataException">It is not a safetensors file, a tensor is not there or does not have the shape of its
    /// place, or holds doubles that must not be rounded or are too large for floats.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Network<T> LoadLayers<T>(
        Stream stream,
        string name,
        IReadOnlyList<string> prefixes,
        IReadOnlyList<IActivation<T>> hiddenActivations,
        bool allowRounding = false,
        bool allowMissingBiases = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(prefixes);
        ArgumentNullException.ThrowIfNull(hiddenActivations);
        if (prefixes.Count == 0 || hiddenActivations.Count != prefixes.Count - 1)
        {
            throw new ArgumentException(
                "There must be one prefix per layer and one activation for each layer but the last, but there were "
                + $"{prefixes.Count} prefixes and {hiddenActivations.Count} activations.",
                nameof(hiddenActivations));
        }

        foreach (string prefix in prefixes)
        {
            ArgumentNullException.ThrowIfNull(prefix, nameof(prefixes));
        }

        foreach (IActivation<T> activation in hiddenActivations)
        {
            ArgumentNullException.ThrowIfNull(activation, nameof(hiddenActivations));
        }

        SafetensorsReader file = Read(stream, name);
        ElementConversion conversion = allowRounding ? ElementConversion.Rounding : ElementConversion.Exact;
        LayerTensors[] layers = LayerTensors.Find<T>(file, prefixes, conversion, allowMissingBiases);
        if (layers[^1].OutputCount < 2)
        {
            file.Throw(
                $"the output layer must have at least 2 classes, but {StrictJson.Quote(layers[^1].Weights.Name)} is {layers[^1].Weights}.");
        }

        return Build<T>(file, layers, [.. hiddenActivations, new Softmax<T>()], hash: null);
    }

    /// <summary>Returns what a file's metadata says of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="more">Other texts of this library.</param>
    /// <exception cref="ArgumentException">An activation has no name that can be saved, or the texts are too long.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> is null.</exception>
    internal static Dictionary<string, string> Metadata<T>(Network<T> network, params ReadOnlySpan<(string Key, string Text)> more)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "pt", // Other readers expect it: tensors as PyTorch has them.
            ["neuralnets.version"] = LibraryVersion.Text,
            [ArchitectureKey] = ArchitectureJson.Write(network),
        };
        foreach ((string key, string text) in more)
        {
            metadata.Add(key, text);
        }

        OwnMetadata.Seal(metadata, network);
        return metadata;
    }

    /// <summary>Loads a network and the encoder that was saved with it.</summary>
    internal static (Network<T> Network, TableEncoder Encoder) LoadPair<T>(
        Stream stream, string name, IEnumerable<IActivation<T>>? customActivations)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        Dictionary<string, IActivation<T>> custom = ByName(customActivations);
        SafetensorsReader file = Read(stream, name);
        string? sha256 = OwnMetadata.Check(file);
        TableEncoder encoder = ReadEncoder(file);
        Network<T> network = ReadNetwork(file, custom, ElementConversion.Exact, sha256);
        return TableEncoderJson.Mismatch(network, encoder) is { } mismatch
            ? throw new InvalidDataException($"{name}: {TableEncoderJson.Key} does not belong to the network. {mismatch}")
            : (network, encoder);
    }

    internal static Stream Open(string path)
    {
        FileStream file = InputFile.Open(path, bufferSize: 1 << 16);
        if (file.CanSeek)
        {
            return file;
        }

        using (file)
        {
            return InputFile.Buffer(file);
        }
    }

    internal static SafetensorsReader Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return stream.CanSeek
            ? new SafetensorsReader(stream, name)
            : throw new ArgumentException("The stream must be able to seek, but cannot: copy it to a MemoryStream first.", nameof(stream));
    }

    internal static Dictionary<string, IActivation<T>> ByName<T>(IEnumerable<IActivation<T>>? customActivations)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var custom = new Dictionary<string, IActivation<T>>();
        foreach (IActivation<T> activation in customActivations ?? [])
        {
            ArgumentNullException.ThrowIfNull(activation, nameof(customActivations));
            string activationName = ArchitectureJson.NameOf(activation, $"one of {nameof(customActivations)}");
            if (!custom.TryAdd(activationName, activation))
            {
                throw new ArgumentException(
                    $"Activations must differ in their names, but two are {activationName}.", nameof(customActivations));
            }
        }

        return custom;
    }

    /// <summary>Reads a network that this library has saved.</summary>
    /// <param name="file">The file, whose metadata was checked.</param>
    /// <param name="custom">The activations that are not this library's, by name.</param>
    /// <param name="conversion">Which element types the parameters may have.</param>
    /// <param name="sha256">The SHA-256 that the parameters must have, or null.</param>
    internal static Network<T> ReadNetwork<T>(
        SafetensorsReader file, IReadOnlyDictionary<string, IActivation<T>> custom, ElementConversion conversion, string? sha256)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string text = Metadata(file, ArchitectureKey);
        (int inputs, (int Units, ILayerActivation<T> Activation)[] expected) =
            ArchitectureJson.Read(text, $"{file.Name}: {ArchitectureKey}", custom);
        string next = $"{LayerTensors.Prefix(expected.Length)}.weight";
        if (file.Contains(next))
        {
            file.Throw($"the tensors must be those of {expected.Length} layers as {ArchitectureKey} says, but there is {next}, too.");
        }

        string[] prefixes = [.. Enumerable.Range(0, expected.Length).Select(LayerTensors.Prefix)];
        LayerTensors[] layers = LayerTensors.Find<T>(file, prefixes, conversion);
        for (int l = 0; l < layers.Length; l++)
        {
            int layerInputs = l == 0 ? inputs : expected[l - 1].Units;
            if (layers[l].InputCount != layerInputs || layers[l].OutputCount != expected[l].Units)
            {
                file.Throw(
                    $"{StrictJson.Quote(layers[l].Weights.Name)} must be [{expected[l].Units}, {layerInputs}] as {ArchitectureKey} says, "
                    + $"but is {layers[l].Weights}.");
            }
        }

        using IncrementalHash? hash = sha256 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Network<T> network = Build(file, layers, Array.ConvertAll(expected, layer => layer.Activation), hash);
        if (hash is not null)
        {
            OwnMetadata.CheckParameters(file, sha256!, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }

        return network;
    }

    internal static string Metadata(SafetensorsReader file, string key)
    {
        if (!file.Metadata.TryGetValue(key, out string? text))
        {
            file.Throw(
                $"the metadata must have {key}, which this library writes, but has not. {nameof(LoadLayers)} takes files of others.");
        }

        return text;
    }

    private static Dictionary<string, string> Metadata<T>(Network<T> network, TableEncoder? encoder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (encoder is null)
        {
            return Metadata(network);
        }

        ArgumentNullException.ThrowIfNull(network);
        TableEncoderJson.CheckPair(network, encoder, nameof(network));
        return Metadata(network, (TableEncoderJson.Key, TableEncoderJson.Describe(encoder)));
    }

    private static TableEncoder ReadEncoder(SafetensorsReader file) =>
        file.Metadata.TryGetValue(TableEncoderJson.Key, out string? text)
            ? TableEncoderJson.Read(text, $"{file.Name}: {TableEncoderJson.Key}")
            : throw new InvalidDataException(
                $"{file.Name}: the metadata must have {TableEncoderJson.Key}, which {nameof(Save)} writes with an encoder, but has not.");

    private static Network<T> Build<T>(
        SafetensorsReader file, LayerTensors[] layers, ILayerActivation<T>[] activations, IncrementalHash? hash)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(layers.Select((layer, l) => layer.Read(file, activations[l], hash)));
}
