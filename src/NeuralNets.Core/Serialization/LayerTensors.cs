using System.Numerics;
using System.Security.Cryptography;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Serialization;

/// <summary>The two tensors of a dense layer: weights [outputs, inputs] and biases [outputs], the last dimension
/// innermost.</summary>
/// <param name="Weights">Named <c>prefix.weight</c>.</param>
/// <param name="Biases">Named <c>prefix.bias</c>; null for zeros.</param>
internal sealed record LayerTensors(SafetensorsEntry Weights, SafetensorsEntry? Biases)
{
    /// <summary>The number of inputs.</summary>
    public int InputCount => (int)Weights.Shape[1];

    /// <summary>The number of units.</summary>
    public int OutputCount => (int)Weights.Shape[0];

    /// <summary>Finds the tensors of layers that follow each other, and checks that they do. Reads nothing yet.</summary>
    /// <param name="file">The file.</param>
    /// <param name="prefixes">One per layer, from the input to the output.</param>
    /// <param name="conversion">Which element types they may have.</param>
    /// <param name="allowMissingBiases">Whether a layer without biases has zeros.</param>
    /// <exception cref="InvalidDataException">A tensor is not there, or not what it must be.</exception>
    public static LayerTensors[] Find<T>(
        SafetensorsReader file, IReadOnlyList<string> prefixes, ElementConversion conversion, bool allowMissingBiases = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layers = new LayerTensors[prefixes.Count];
        for (int l = 0; l < layers.Length; l++)
        {
            SafetensorsEntry weights = Find<T>(file, $"{prefixes[l]}.weight", conversion);
            SafetensorsEntry? biases = FindBiases<T>(file, weights, $"{prefixes[l]}.bias", conversion, allowMissingBiases);
            if (weights.Shape is not [> 0 and var outputs, > 0 and var inputs] || (Int128)outputs * inputs > Array.MaxLength)
            {
                file.Throw($"the weights of a layer must be [outputs, inputs], both positive, and fit an array of {Array.MaxLength} "
                    + $"elements, but {StrictJson.Quote(weights.Name)} is {weights}.");
                return [];
            }

            if (biases is not null && (biases.Shape is not [var count] || count != outputs))
            {
                file.Throw($"a layer must have one bias per unit, but {StrictJson.Quote(biases.Name)} is {biases} and "
                    + $"{StrictJson.Quote(weights.Name)} is {weights}.");
            }

            if (l > 0 && inputs != layers[l - 1].OutputCount)
            {
                file.Throw($"a layer must have as many inputs as the one before has units, {layers[l - 1].OutputCount}, but "
                    + $"{StrictJson.Quote(weights.Name)} is {weights}.");
            }

            layers[l] = new LayerTensors(weights, biases);
        }

        return layers;
    }

    /// <summary>Returns the tensors to write for a network.</summary>
    public static IEnumerable<SafetensorsTensor> Of<T>(Network<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string dtype = Dtype<T>();
        for (int l = 0; l < network.Layers.Count; l++)
        {
            DenseLayer<T> layer = network.Layers[l];
            yield return new($"{Prefix(l)}.weight", dtype, [layer.OutputCount, layer.InputCount], stream => WriteWeights(stream, layer));
            yield return new(
                $"{Prefix(l)}.bias", dtype, [layer.OutputCount], stream => LittleEndian.Write<T>(stream, layer.BiasSpan.ToArray()));
        }
    }

    /// <summary>Returns the prefix under which this library writes a layer.</summary>
    public static string Prefix(int layer) => $"layers.{layer}";

    /// <summary>Returns the dtype of the library's numbers.</summary>
    public static string Dtype<T>()
        where T : unmanaged => typeof(T) == typeof(float) ? "F32" : "F64";

    /// <summary>Reads the parameters.</summary>
    /// <param name="file">The file.</param>
    /// <param name="activation">The function of the layer.</param>
    /// <param name="hash">Receives the parameters as they are in the file, in the order of
    /// <see cref="Network{T}.ComputeParametersSha256"/>; or null.</param>
    /// <exception cref="InvalidDataException">A double is too large for a float.</exception>
    public DenseLayer<T> Read<T>(SafetensorsReader file, ILayerActivation<T> activation, IncrementalHash? hash)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] weightValues = ReadTransposed<T>(file, Weights, OutputCount, InputCount, hash);
        T[] biasValues = Biases is null ? new T[OutputCount] : ReadTransposed<T>(file, Biases, rows: 1, OutputCount, hash);
        Matrix<T> weights = Matrix<T>.Build.Dense(OutputCount, InputCount, weightValues);
        MathNet.Numerics.LinearAlgebra.Vector<T> biases = MathNet.Numerics.LinearAlgebra.Vector<T>.Build.Dense(biasValues);
        return new DenseLayer<T>(weights, biases, activation);
    }

    private static SafetensorsEntry? FindBiases<T>(
        SafetensorsReader file, SafetensorsEntry weights, string name, ElementConversion conversion, bool allowMissing)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (file.Contains(name))
        {
            return Find<T>(file, name, conversion);
        }

        if (!allowMissing)
        {
            file.Throw($"the file must have the tensor {StrictJson.Quote(name)} beside {StrictJson.Quote(weights.Name)}, but has not. If "
                + $"the layer was made without biases, {nameof(NetworkFile)}.{nameof(NetworkFile.LoadLayers)} with allowMissingBiases "
                + "loads zeros.");
        }

        return null;
    }

    private static SafetensorsEntry Find<T>(SafetensorsReader file, string name, ElementConversion conversion)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SafetensorsEntry entry = file[name];
        if (entry.Dtype is not ("F32" or "F64"))
        {
            file.Throw($"parameters must be F32 or F64, but {StrictJson.Quote(name)} is {entry}.");
        }

        if (entry.Dtype != Dtype<T>() && conversion == ElementConversion.None)
        {
            file.Throw($"training must continue in the type in which it began, but was to continue in {Dtype<T>()}, and "
                + $"{StrictJson.Quote(name)} is {entry}. {nameof(NetworkFile)} loads the network alone.");
        }

        if (entry.Dtype == "F64" && typeof(T) == typeof(float) && conversion == ElementConversion.Exact)
        {
            file.Throw(
                $"doubles must be loaded as doubles unless rounding is allowed, but {StrictJson.Quote(name)} is {entry} and was to be "
                + "loaded as floats.");
        }

        return entry;
    }

    private static void WriteWeights<T>(Stream stream, DenseLayer<T> layer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] row = new T[layer.InputCount];
        for (int i = 0; i < layer.OutputCount; i++)
        {
            for (int j = 0; j < row.Length; j++)
            {
                row[j] = layer.WeightSpan[(j * layer.OutputCount) + i];
            }

            LittleEndian.Write<T>(stream, row);
        }
    }

    /// <summary>Reads a matrix, which files hold row by row, into the order of the columns; numbers of the type that is asked for
    /// keep their bits.</summary>
    private static T[] ReadTransposed<T>(SafetensorsReader file, SafetensorsEntry entry, int rows, int columns, IncrementalHash? hash)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => entry.Dtype == "F32"
            ? Convert<float, T>(file, entry, ReadTransposed<float>(file.Seek(entry), rows, columns, hash))
            : Convert<double, T>(file, entry, ReadTransposed<double>(file.Seek(entry), rows, columns, hash));

    private static TFile[] ReadTransposed<TFile>(Stream stream, int rows, int columns, IncrementalHash? hash)
        where TFile : unmanaged
    {
        TFile[] values = new TFile[rows * columns];
        TFile[] row = new TFile[columns];
        for (int i = 0; i < rows; i++)
        {
            LittleEndian.Read<TFile>(stream, row);
            for (int j = 0; j < row.Length; j++)
            {
                values[(j * rows) + i] = row[j];
            }
        }

        if (hash is not null)
        {
            LittleEndian.Append<TFile>(hash, values);
        }

        return values;
    }

    private static T[] Convert<TFile, T>(SafetensorsReader file, SafetensorsEntry entry, TFile[] read)
        where TFile : unmanaged, IBinaryFloatingPointIeee754<TFile>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (read is T[] same)
        {
            return same;
        }

        T[] values = new T[read.Length];
        for (int i = 0; i < read.Length; i++)
        {
            values[i] = T.CreateChecked(read[i]);
            if (T.IsInfinity(values[i]) && TFile.IsFinite(read[i]))
            {
                file.Throw("parameters must be within the range of float to be loaded as such, but "
                    + FormattableString.Invariant($"{StrictJson.Quote(entry.Name)} has {read[i]}."));
            }
        }

        return values;
    }
}
