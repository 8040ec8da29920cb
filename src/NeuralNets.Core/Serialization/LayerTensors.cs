using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Serialization;

/// <summary>The two tensors of a dense layer: weights [outputs, inputs] and biases [outputs], the last dimension
/// innermost.</summary>
/// <param name="Weights">Named <c>prefix.weight</c>.</param>
/// <param name="Biases">Named <c>prefix.bias</c>.</param>
internal sealed record LayerTensors(SafetensorsEntry Weights, SafetensorsEntry Biases)
{
    /// <summary>The number of inputs.</summary>
    public int Inputs => (int)Weights.Shape[1];

    /// <summary>The number of units.</summary>
    public int Outputs => (int)Weights.Shape[0];

    /// <summary>Finds the tensors of layers that follow each other, and checks that they do. Reads nothing yet.</summary>
    /// <param name="file">The file.</param>
    /// <param name="prefixes">One a layer, from the input to the output.</param>
    /// <param name="allowRounding">Whether doubles may be rounded to floats.</param>
    /// <exception cref="InvalidDataException">A tensor is not there, or not what it must be.</exception>
    public static LayerTensors[] Find<T>(SafetensorsReader file, IReadOnlyList<string> prefixes, bool allowRounding)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layers = new LayerTensors[prefixes.Count];
        for (int l = 0; l < layers.Length; l++)
        {
            SafetensorsEntry weights = Find<T>(file, $"{prefixes[l]}.weight", allowRounding);
            SafetensorsEntry biases = Find<T>(file, $"{prefixes[l]}.bias", allowRounding);
            if (weights.Shape is not [> 0 and var outputs, > 0 and var inputs] || (Int128)outputs * inputs > Array.MaxLength)
            {
                file.Throw($"the weights of a layer must be [outputs, inputs], both positive, and fit an array of {Array.MaxLength} "
                    + $"elements, but {StrictJson.Quote(weights.Name)} is {weights}.");
                return [];
            }

            if (biases.Shape is not [var count] || count != outputs)
            {
                file.Throw($"a layer must have one bias a unit, but {StrictJson.Quote(biases.Name)} is {biases} and "
                    + $"{StrictJson.Quote(weights.Name)} is {weights}.");
            }

            if (l > 0 && inputs != layers[l - 1].Outputs)
            {
                file.Throw($"a layer must have as many inputs as the one before has units, {layers[l - 1].Outputs}, but "
                    + $"{StrictJson.Quote(weights.Name)} is {weights}.");
            }

            if (l == layers.Length - 1 && outputs < 2)
            {
                file.Throw($"the output layer must have at least 2 classes, but {StrictJson.Quote(weights.Name)} is {weights}.");
            }

            layers[l] = new LayerTensors(weights, biases);
        }

        return layers;
    }

    /// <summary>The tensors to write for a network.</summary>
    public static IEnumerable<SafetensorsTensor> Of<T>(Network<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string dtype = Dtype<T>();
        for (int l = 0; l < network.Layers.Count; l++)
        {
            DenseLayer<T> layer = network.Layers[l];
            yield return new($"{Prefix(l)}.weight", dtype, [layer.Outputs, layer.Inputs], stream => WriteWeights(stream, layer));
            yield return new(
                $"{Prefix(l)}.bias", dtype, [layer.Outputs], stream => LittleEndian.Write<T>(stream, layer.BiasSpan.ToArray()));
        }
    }

    /// <summary>The prefix under which this library writes a layer.</summary>
    public static string Prefix(int layer) => $"layers.{layer}";

    /// <summary>The dtype of the library's numbers.</summary>
    public static string Dtype<T>()
        where T : unmanaged => typeof(T) == typeof(float) ? "F32" : "F64";

    /// <summary>Reads the parameters.</summary>
    /// <param name="file">The file.</param>
    /// <param name="activation">The function of a hidden layer, or null for the output layer.</param>
    /// <exception cref="InvalidDataException">A double is too large for a float.</exception>
    public DenseLayer<T> Read<T>(SafetensorsReader file, IActivation<T>? activation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] values = new T[Inputs * Outputs];
        T[] row = new T[Inputs];
        Stream stream = file.Seek(Weights);
        for (int i = 0; i < Outputs; i++)
        {
            ReadValues<T>(file, Weights, stream, row);
            for (int j = 0; j < row.Length; j++)
            {
                values[(j * Outputs) + i] = row[j];
            }
        }

        T[] biasValues = new T[Outputs];
        ReadValues<T>(file, Biases, file.Seek(Biases), biasValues);
        Matrix<T> weights = Matrix<T>.Build.Dense(Outputs, Inputs, values);
        MathNet.Numerics.LinearAlgebra.Vector<T> biases = MathNet.Numerics.LinearAlgebra.Vector<T>.Build.Dense(biasValues);
        return activation is null
            ? new DenseLayer<T>(weights, biases, new Softmax<T>())
            : new DenseLayer<T>(weights, biases, activation);
    }

    private static SafetensorsEntry Find<T>(SafetensorsReader file, string name, bool allowRounding)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SafetensorsEntry entry = file[name];
        if (entry.Dtype is not ("F32" or "F64"))
        {
            file.Throw($"parameters must be F32 or F64, but {StrictJson.Quote(name)} is {entry}.");
        }

        if (entry.Dtype == "F64" && typeof(T) == typeof(float) && !allowRounding)
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
        T[] row = new T[layer.Inputs];
        for (int i = 0; i < layer.Outputs; i++)
        {
            for (int j = 0; j < row.Length; j++)
            {
                row[j] = layer.WeightSpan[(j * layer.Outputs) + i];
            }

            LittleEndian.Write<T>(stream, row);
        }
    }

    /// <summary>Reads numbers of either type; those of the type that is asked for keep their bits.</summary>
    private static void ReadValues<T>(SafetensorsReader file, SafetensorsEntry entry, Stream stream, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (entry.Dtype == Dtype<T>())
        {
            LittleEndian.Read(stream, values);
        }
        else if (entry.Dtype == "F32")
        {
            Convert<float, T>(file, entry, stream, values);
        }
        else
        {
            Convert<double, T>(file, entry, stream, values);
        }
    }

    private static void Convert<TFile, T>(SafetensorsReader file, SafetensorsEntry entry, Stream stream, Span<T> values)
        where TFile : unmanaged, IBinaryFloatingPointIeee754<TFile>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TFile[] read = new TFile[values.Length];
        LittleEndian.Read<TFile>(stream, read);
        for (int i = 0; i < read.Length; i++)
        {
            values[i] = T.CreateChecked(read[i]);
            if (T.IsInfinity(values[i]) && TFile.IsFinite(read[i]))
            {
                file.Throw("parameters must be within the range of float to be loaded as such, but "
                    + FormattableString.Invariant($"{StrictJson.Quote(entry.Name)} has {read[i]}."));
            }
        }
    }
}
