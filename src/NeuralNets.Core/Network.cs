using System.Security.Cryptography;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Core;

/// <summary>
/// A fully-connected network: dense layers one after the other. It holds the parameters and predicts;
/// <see cref="Training.GradientDescentTrainer{T}"/> trains it.
/// </summary>
/// <remarks>
/// A sample is a column: inputs are (features × samples), outputs (outputs × samples). Any number of threads may predict
/// at once, as long as none trains or writes parameters at that time. With the managed kernels a feature that is 0 contributes
/// nothing to the first layer, whatever its weight, also if that is NaN or infinite.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed partial class Network<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    private readonly DenseLayer<T>[] _layers;

    /// <summary>Creates a network with random weights and zero biases.</summary>
    /// <example><code>
    /// new Network&lt;float>(784, [new(128, new Relu&lt;float>()), new(10, new Softmax&lt;float>())], seed: 1)
    /// </code></example>
    /// <param name="inputCount">The number of features of a sample, positive.</param>
    /// <param name="layers">The layers from the input to the output; only the last one may have <see cref="Softmax{T}"/>.</param>
    /// <param name="seed">The seed of the weights: the same seed gives the same bits everywhere.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="inputCount"/> is not positive.</exception>
    /// <exception cref="ArgumentException">There are no layers, softmax is the function of a hidden layer, or a layer is too large for
    /// an array.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="layers"/> or one of them is null.</exception>
    /// <exception cref="InvalidOperationException">Native code has changed how this thread rounds, or that subnormal numbers count as
    /// zero.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Network(int inputCount, IReadOnlyList<LayerSpec<T>> layers, long seed)
        : this(Build(inputCount, layers, seed))
    {
    }

    /// <summary>Creates a classifier whose hidden layers all have the same function, with random weights and zero biases. The function of
    /// its output layer is <see cref="Softmax{T}"/>.</summary>
    /// <example><code>new Network&lt;float>([784, 128, 32, 10], new Relu&lt;float>(), seed: 1)</code></example>
    /// <param name="sizes">The number of inputs, the units of each hidden layer, and the number of classes.</param>
    /// <param name="hidden">The function of the hidden layers.</param>
    /// <param name="seed">The seed of the weights: the same seed gives the same bits everywhere.</param>
    /// <exception cref="ArgumentException">There are fewer than two sizes, or a layer is too large for an array.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or there are fewer than two classes.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="InvalidOperationException">Native code has changed how this thread rounds, or that subnormal numbers count as
    /// zero.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Network(IReadOnlyList<int> sizes, IActivation<T> hidden, long seed)
        : this(sizes, hidden, new Softmax<T>(), seed)
    {
    }

    /// <summary>Creates a network whose hidden layers all have the same function, with random weights and zero biases.</summary>
    /// <example><code>new Network&lt;float>([13, 64, 1], new Relu&lt;float>(), new Identity&lt;float>(), seed: 1)</code></example>
    /// <param name="sizes">The number of inputs, the units of each hidden layer, and the number of outputs.</param>
    /// <param name="hidden">The function of the hidden layers.</param>
    /// <param name="output">The function of the output layer: <see cref="Softmax{T}"/> for one of several classes,
    /// <see cref="Sigmoid{T}"/> for yes or no per output, <see cref="Identity{T}"/> for values.</param>
    /// <param name="seed">The seed of the weights: the same seed gives the same bits everywhere.</param>
    /// <exception cref="ArgumentException">There are fewer than two sizes, or a layer is too large for an array.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or there are fewer than two classes.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="InvalidOperationException">Native code has changed how this thread rounds, or that subnormal numbers count as
    /// zero.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Network(IReadOnlyList<int> sizes, IActivation<T> hidden, ILayerActivation<T> output, long seed)
        : this(FirstSize(sizes), Specs(sizes, hidden, output), seed)
    {
    }

    /// <summary>Creates a network from layers, which it keeps: networks of the same layers share their parameters. A copy is made by
    /// <see cref="Clone"/>.</summary>
    /// <param name="layers">The layers from the input to the output, each of them once; only the last one may have
    /// <see cref="Softmax{T}"/>.</param>
    /// <exception cref="ArgumentException">
    /// There are no layers, one does not take as many inputs as the one before has units, softmax is the function of a hidden layer, or
    /// a layer stands at two places.
    /// </exception>
    /// <exception cref="ArgumentNullException"><paramref name="layers"/> or one of them is null.</exception>
    public Network(IEnumerable<DenseLayer<T>> layers)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(layers);
        _layers = [.. layers];
        if (_layers.Length == 0)
        {
            throw new ArgumentException("A network needs at least one layer, but there was none.", nameof(layers));
        }

        for (int l = 0; l < _layers.Length; l++)
        {
            ArgumentNullException.ThrowIfNull(_layers[l], nameof(layers));
            if (Array.IndexOf(_layers, _layers[l]) is int first && first < l)
            {
                throw new ArgumentException(
                    $"A layer may stand in a network once only, but {Describe(l)} is layer {first + 1} as well. Create a second layer from "
                    + "its Weights and Biases, which are copied.",
                    nameof(layers));
            }
        }

        for (int l = 0; l < _layers.Length - 1; l++)
        {
            if (_layers[l].Elementwise is null)
            {
                throw new ArgumentException(
                    $"Softmax is the function of an output layer, but {Describe(l)} has it and is followed by {Describe(l + 1)}.",
                    nameof(layers));
            }

            if (_layers[l + 1].InputCount != _layers[l].OutputCount)
            {
                throw new ArgumentException(
                    $"{Describe(l + 1)} must take as many inputs as the layer before has units, but that is {Describe(l)}.",
                    nameof(layers));
            }
        }

        Layers = Array.AsReadOnly(_layers);
    }

    /// <summary>The number of features of a sample.</summary>
    public int InputCount => _layers[0].InputCount;

    /// <summary>The number of outputs: of a classifier, the classes.</summary>
    public int OutputCount => _layers[^1].OutputCount;

    /// <summary>The layers from the input to the output.</summary>
    public IReadOnlyList<DenseLayer<T>> Layers { get; }

    /// <summary>The number of weights and biases.</summary>
    public long ParameterCount => _layers.Sum(layer => ((long)layer.InputCount + 1) * layer.OutputCount);

    /// <summary>The function of the output layer.</summary>
    internal ILayerActivation<T> OutputActivation => _layers[^1].Activation;

    /// <summary>Returns a network with a copy of the parameters.</summary>
    /// <returns>A network of its own: training the one does not change the other. The functions, which have no state, are shared.</returns>
    public Network<T> Clone() => new(_layers.Select(layer => layer.Clone()));

    /// <summary>Returns the SHA-256 of the parameters: layer by layer, the weights in column-major order and then the biases, as
    /// little-endian bytes. Equal hashes mean equal bits.</summary>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public string ComputeParametersSha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (DenseLayer<T> layer in _layers)
        {
            LittleEndian.Append<T>(hash, layer.WeightSpan);
            LittleEndian.Append<T>(hash, layer.BiasSpan);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Returns the sizes of the network and the functions of its layers: of the hidden ones one if they all have the same,
    /// otherwise one per layer, and the output function unless it is softmax.</summary>
    /// <returns>For instance <c>784-128-32-10, Relu</c>.</returns>
    public override string ToString()
    {
        string sizes = string.Join('-', _layers.Select(layer => layer.OutputCount).Prepend(InputCount));
        string[] functions = [.. _layers[..^1].Select(layer => ActivationName.Of(layer.Activation) ?? string.Empty)];
        string[] hidden = functions.Distinct().Count() == 1 ? functions[..1] : functions;
        string[] output = OutputActivation is Softmax<T> ? [] : [ActivationName.Of(OutputActivation) ?? string.Empty];
        return string.Join(", ", [sizes, .. hidden, .. output]);
    }

    /// <summary>Claims all layers for a call of Fit.</summary>
    /// <exception cref="InvalidOperationException">Another call has one of them.</exception>
    internal void BeginTraining()
    {
        for (int l = 0; l < _layers.Length; l++)
        {
            if (!_layers[l].TryBeginTraining())
            {
                EndTraining(l);
                throw new InvalidOperationException(
                    $"A layer must be trained by one call of Fit at a time, but another one that trains {Describe(l)} has not ended. "
                    + $"{nameof(Clone)} gives a network with parameters of its own.");
            }
        }
    }

    internal void EndTraining() => EndTraining(_layers.Length);

    /// <param name="what">The name of the samples in messages.</param>
    /// <param name="features">The features of each of them.</param>
    /// <param name="samples">The number of samples.</param>
    /// <param name="parameter">The argument that they are.</param>
    /// <exception cref="ArgumentException">A sample does not have as many features as the network has inputs.</exception>
    internal void CheckFeatures(string what, int features, int samples, string parameter)
    {
        if (features != InputCount)
        {
            string hint = samples == InputCount
                ? $" A sample is a column: if yours are rows, use {nameof(PredictRows)}, or "
                    + $"{nameof(Data.Dataset<T>.FromRows)} of a data set."
                : string.Empty;
            throw new ArgumentException(
                $"{Describe(0)} expects {InputCount} rows, but {what} was {features} x {samples}.{hint}", parameter);
        }
    }

    private void EndTraining(int layers)
    {
        foreach (DenseLayer<T> layer in _layers.AsSpan(0, layers))
        {
            layer.EndTraining();
        }
    }

    private string Describe(int layer) => $"Layer {layer + 1} ({_layers[layer]})";

    private static DenseLayer<T>[] Build(int inputCount, IReadOnlyList<LayerSpec<T>> layers, long seed)
    {
        ElementType.Check<T>();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputCount);
        ArgumentNullException.ThrowIfNull(layers);
        int inputs = inputCount;
        var built = new DenseLayer<T>[layers.Count];
        for (int l = 0; l < built.Length; l++)
        {
            ArgumentNullException.ThrowIfNull(layers[l], nameof(layers));
            if ((long)inputs * layers[l].UnitCount > Array.MaxLength)
            {
                throw new ArgumentException(
                    $"A layer's weights must fit in an array of {Array.MaxLength} elements, but layer {l + 1} needs {layers[l].UnitCount} "
                        + $"x {inputs}.",
                    nameof(layers));
            }

            built[l] = new DenseLayer<T>(inputs, layers[l], RandomSequence.ForWeights(seed, l));
            inputs = layers[l].UnitCount;
        }

        return built;
    }

    private static int FirstSize(IReadOnlyList<int> sizes)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(sizes);
        return sizes.Count >= 2
            ? sizes[0]
            : throw new ArgumentException(
                $"A network needs at least the number of inputs and of outputs, but got {sizes.Count} sizes.", nameof(sizes));
    }

    private static LayerSpec<T>[] Specs(IReadOnlyList<int> sizes, IActivation<T> hidden, ILayerActivation<T> output)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(output);
        var specs = new LayerSpec<T>[sizes.Count - 1];
        for (int l = 0; l < specs.Length - 1; l++)
        {
            specs[l] = new LayerSpec<T>(sizes[l + 1], hidden);
        }

        specs[^1] = new LayerSpec<T>(sizes[^1], output);
        return specs;
    }
}
