using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Serialization;

namespace NeuralNets.Core;

/// <summary>
/// A fully-connected network for classification: hidden layers, then a softmax layer. It holds the parameters and predicts;
/// <see cref="Training.GradientDescentTrainer{T}"/> trains it.
/// </summary>
/// <remarks>
/// A sample is a column: inputs are (features × samples), outputs (classes × samples). Any number of threads may predict
/// at once, as long as none trains or writes parameters at that time. With the managed kernels a feature that is 0 contributes
/// nothing to the first layer, whatever its weight, also if that is NaN or infinite.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Network<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    /// <summary>The fewest samples that another thread is worth.</summary>
    private const int LeastShare = 128;

    private readonly DenseLayer<T>[] _layers;
    private int _isTraining;

    /// <summary>Creates a network with random weights and zero biases.</summary>
    /// <example><code>new Network&lt;float>(784, [new(128, new Relu&lt;float>()), new(10, new Softmax&lt;float>())], seed: 1)</code></example>
    /// <param name="inputs">The number of features of a sample, positive.</param>
    /// <param name="layers">The layers from the input to the output; the last one has <see cref="Softmax{T}"/>, no other has.</param>
    /// <param name="seed">Decides the weights: the same seed gives the same bits everywhere.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="inputs"/> is not positive.</exception>
    /// <exception cref="ArgumentException">There are no layers, the last is no softmax layer, another one is, or a layer is too large for an array.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="layers"/> or one of them is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Network(int inputs, IReadOnlyList<LayerSpec<T>> layers, ulong seed)
        : this(Build(inputs, layers, seed))
    {
    }

    /// <summary>Creates a network whose hidden layers all have the same function, with random weights and zero biases.</summary>
    /// <example><code>new Network&lt;float>([784, 128, 32, 10], new Relu&lt;float>(), seed: 1)</code></example>
    /// <param name="sizes">The number of inputs, the units of each hidden layer, and the number of classes.</param>
    /// <param name="hidden">The function of the hidden layers.</param>
    /// <param name="seed">Decides the weights: the same seed gives the same bits everywhere.</param>
    /// <exception cref="ArgumentException">There are fewer than two sizes, or a layer is too large for an array.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or there are fewer than two classes.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Network(IReadOnlyList<int> sizes, IActivation<T> hidden, ulong seed)
        : this(FirstSize(sizes), Specs(sizes, hidden), seed)
    {
    }

    /// <summary>Creates a network from layers, which it keeps.</summary>
    /// <param name="layers">The layers from the input to the output; the last one has <see cref="Softmax{T}"/>, no other has.</param>
    /// <exception cref="ArgumentException">
    /// There are no layers, one does not take as many inputs as the one before has units, the last is no softmax layer, or another one is.
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

        foreach (DenseLayer<T> layer in _layers)
        {
            ArgumentNullException.ThrowIfNull(layer, nameof(layers));
        }

        for (int l = 0; l < _layers.Length; l++)
        {
            bool last = l == _layers.Length - 1;
            if (!last && _layers[l].Activation is null)
            {
                throw new ArgumentException(
                    $"Softmax is the function of the output layer, but {Describe(l)} has it and is followed by {Describe(l + 1)}.", nameof(layers));
            }

            if (last && _layers[l].Activation is not null)
            {
                throw new ArgumentException($"The output layer must have Softmax, but {Describe(l)} is the last one.", nameof(layers));
            }

            if (!last && _layers[l + 1].Inputs != _layers[l].Outputs)
            {
                throw new ArgumentException(
                    $"{Describe(l + 1)} must take as many inputs as the layer before has units, but that is {Describe(l)}.", nameof(layers));
            }
        }

        Layers = Array.AsReadOnly(_layers);
    }

    /// <summary>The number of features of a sample.</summary>
    public int Inputs => _layers[0].Inputs;

    /// <summary>The number of classes.</summary>
    public int Classes => _layers[^1].Outputs;

    /// <summary>The layers from the input to the output.</summary>
    public IReadOnlyList<DenseLayer<T>> Layers { get; }

    /// <summary>The number of weights and biases.</summary>
    public long ParameterCount => _layers.Sum(layer => ((long)layer.Inputs + 1) * layer.Outputs);

    /// <summary>Returns the probabilities of the classes.</summary>
    /// <param name="inputs">(features × samples).</param>
    /// <param name="maxWorkers">The most threads that compute. The number does not change the result of the managed kernels; a
    /// backend with threads of its own is called from one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>Probabilities in [0, 1] whose columns sum to 1, (classes × samples).</returns>
    /// <exception cref="ArgumentException">The matrix does not have as many rows as the network has inputs.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="inputs"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is not positive.</exception>
    public Matrix<T> Predict(Matrix<T> inputs, int maxWorkers = 1, GemmBackend? backend = null)
    {
        T[] probabilities = new T[checked(Classes * Checked(inputs).ColumnCount)];
        T[] values = ColumnMajor(inputs);
        Share(inputs.ColumnCount, maxWorkers, backend, (start, count) => Predict(
            values.AsSpan(start * Inputs, count * Inputs), probabilities.AsSpan(start * Classes, count * Classes), backend));
        return Matrix<T>.Build.Dense(Classes, inputs.ColumnCount, probabilities);
    }

    /// <summary>Computes the probabilities of the classes. Does not allocate in steady state.</summary>
    /// <param name="inputs">(features × samples), column-major: one sample after the other.</param>
    /// <param name="probabilities">Receives (classes × samples), column-major.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="inputs"/> does not hold whole samples, or <paramref name="probabilities"/> not as many columns.
    /// </exception>
    public void Predict(ReadOnlySpan<T> inputs, Span<T> probabilities, GemmBackend? backend = null)
    {
        int samples = Samples(inputs);
        if (probabilities.Length != (long)samples * Classes)
        {
            throw new ArgumentException(
                $"The probabilities of {samples} samples need {Classes} x {samples} elements, but there was room for "
                + $"{probabilities.Length}." + Requirements.NullHint(Math.Min(inputs.Length, probabilities.Length)),
                inputs.IsEmpty ? nameof(inputs) : nameof(probabilities));
        }

        using var pass = new ForwardPass<T>(_layers, samples, backend ?? ManagedBackend.Instance);
        for (int start = 0; start < samples; start += ForwardPass<T>.BlockColumns)
        {
            int columns = Math.Min(ForwardPass<T>.BlockColumns, samples - start);
            pass.Probabilities(
                inputs.Slice(start * Inputs, columns * Inputs), columns, probabilities.Slice(start * Classes, columns * Classes));
        }
    }

    /// <summary>Returns the probabilities of the classes for a data set. Its features become numbers a block at a time.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="maxWorkers">The most threads that compute. The number does not change the result of the managed kernels; a
    /// backend with threads of its own is called from one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>Probabilities in [0, 1] whose columns sum to 1, (classes × samples).</returns>
    /// <exception cref="ArgumentException">The samples do not have as many features as the network has inputs.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="samples"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is not positive.</exception>
    public Matrix<T> Predict(Dataset<T> samples, int maxWorkers = 1, GemmBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        CheckFeatures("the data set", samples.Features, samples.Count, nameof(samples));
        T[] probabilities = new T[checked(Classes * samples.Count)];
        Share(samples.Count, maxWorkers, backend, (start, count) => Predict(
            samples, start, probabilities.AsSpan(start * Classes, count * Classes), backend ?? ManagedBackend.Instance));
        return Matrix<T>.Build.Dense(Classes, samples.Count, probabilities);
    }

    /// <summary>Returns the most probable class of each sample; the first of several.</summary>
    /// <param name="inputs">(features × samples).</param>
    /// <param name="maxWorkers">The most threads that compute. The number does not change the result of the managed kernels; a
    /// backend with threads of its own is called from one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>One label a sample, 0 … classes−1.</returns>
    /// <exception cref="ArgumentException">The matrix does not have as many rows as the network has inputs.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="inputs"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is not positive.</exception>
    public int[] PredictLabels(Matrix<T> inputs, int maxWorkers = 1, GemmBackend? backend = null)
    {
        int[] labels = new int[Checked(inputs).ColumnCount];
        T[] values = ColumnMajor(inputs);
        Share(labels.Length, maxWorkers, backend, (start, count) => PredictLabels(
            values.AsSpan(start * Inputs, count * Inputs), labels.AsSpan(start, count), backend));
        return labels;
    }

    /// <summary>Computes the most probable class of each sample; the first of several. Does not allocate in steady state.</summary>
    /// <param name="inputs">(features × samples), column-major: one sample after the other.</param>
    /// <param name="labels">Receives one label a sample, 0 … classes−1.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="inputs"/> does not hold whole samples, or <paramref name="labels"/> not as many elements.
    /// </exception>
    public void PredictLabels(ReadOnlySpan<T> inputs, Span<int> labels, GemmBackend? backend = null)
    {
        int samples = Samples(inputs);
        if (labels.Length != samples)
        {
            throw new ArgumentException(
                $"There must be room for {samples} labels, but there was for {labels.Length}."
                + Requirements.NullHint(Math.Min(inputs.Length, labels.Length)),
                inputs.IsEmpty ? nameof(inputs) : nameof(labels));
        }

        using var pass = new ForwardPass<T>(_layers, samples, backend ?? ManagedBackend.Instance);
        for (int start = 0; start < samples; start += ForwardPass<T>.BlockColumns)
        {
            int columns = Math.Min(ForwardPass<T>.BlockColumns, samples - start);
            pass.Labels(inputs.Slice(start * Inputs, columns * Inputs), labels.Slice(start, columns));
        }
    }

    /// <summary>Returns the most probable class of each sample of a data set; the first of several.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="maxWorkers">The most threads that compute. The number does not change the result of the managed kernels; a
    /// backend with threads of its own is called from one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>One label a sample, 0 … classes−1.</returns>
    /// <exception cref="ArgumentException">The samples do not have as many features as the network has inputs.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="samples"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is not positive.</exception>
    public int[] PredictLabels(Dataset<T> samples, int maxWorkers = 1, GemmBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        CheckFeatures("the data set", samples.Features, samples.Count, nameof(samples));
        int[] labels = new int[samples.Count];
        Share(labels.Length, maxWorkers, backend, (start, count) => PredictLabels(
            samples, start, labels.AsSpan(start, count), backend ?? ManagedBackend.Instance));
        return labels;
    }

    /// <summary>Returns the SHA-256 of the parameters: layer by layer, the weights in column-major order and then the biases, as
    /// little-endian bytes. Equal hashes mean equal bits.</summary>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public string ParametersSha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (DenseLayer<T> layer in _layers)
        {
            LittleEndian.Append<T>(hash, layer.WeightSpan);
            LittleEndian.Append<T>(hash, layer.BiasSpan);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Returns the sizes of the network and the functions of its hidden layers: one if they all have the same, otherwise
    /// one a layer.</summary>
    /// <returns>For instance <c>784-128-32-10, Relu</c>.</returns>
    public override string ToString()
    {
        string sizes = string.Join('-', _layers.Select(layer => layer.Outputs).Prepend(Inputs));
        string[] functions = [.. _layers[..^1].Select(layer => ActivationName.Of(layer.Activation!) ?? string.Empty)];
        return string.Join(", ", [sizes, .. functions.Distinct().Count() == 1 ? functions[..1] : functions]);
    }

    /// <summary>Claims the network for a call of Fit.</summary>
    /// <exception cref="InvalidOperationException">Another call has it.</exception>
    internal void BeginTraining()
    {
        if (Interlocked.Exchange(ref _isTraining, 1) != 0)
        {
            throw new InvalidOperationException(
                "A network must be trained by one call of Fit at a time, but another one has not ended.");
        }
    }

    internal void EndTraining() => Volatile.Write(ref _isTraining, 0);

    /// <summary>The labels of the samples from <paramref name="start"/> on, as many as there is room for. Does not allocate in steady state.</summary>
    internal void PredictLabels(Dataset<T> samples, int start, Span<int> labels, GemmBackend backend)
    {
        using var pass = new ForwardPass<T>(_layers, labels.Length, backend);
        T[] inputs = ArrayPool<T>.Shared.Rent(Inputs * ForwardPass<T>.BlockColumns);
        for (int done = 0; done < labels.Length; done += ForwardPass<T>.BlockColumns)
        {
            int columns = Math.Min(ForwardPass<T>.BlockColumns, labels.Length - done);
            Span<T> block = inputs.AsSpan(0, Inputs * columns);
            samples.Gather(start + done, block);
            pass.Labels(block, labels.Slice(done, columns));
        }

        ArrayPool<T>.Shared.Return(inputs);
    }

    /// <summary>The probabilities of the samples from <paramref name="start"/> on, as many as there is room for.</summary>
    private void Predict(Dataset<T> samples, int start, Span<T> probabilities, GemmBackend backend)
    {
        int count = probabilities.Length / Classes;
        using var pass = new ForwardPass<T>(_layers, count, backend);
        T[] inputs = ArrayPool<T>.Shared.Rent(Inputs * ForwardPass<T>.BlockColumns);
        for (int done = 0; done < count; done += ForwardPass<T>.BlockColumns)
        {
            int columns = Math.Min(ForwardPass<T>.BlockColumns, count - done);
            Span<T> block = inputs.AsSpan(0, Inputs * columns);
            samples.Gather(start + done, block);
            pass.Probabilities(block, columns, probabilities.Slice(done * Classes, columns * Classes));
        }

        ArrayPool<T>.Shared.Return(inputs);
    }

    /// <param name="what">What messages call the samples.</param>
    /// <param name="features">The features of each of them.</param>
    /// <param name="samples">The number of samples.</param>
    /// <param name="parameter">The argument that they are.</param>
    /// <exception cref="ArgumentException">A sample does not have as many features as the network has inputs.</exception>
    internal void CheckFeatures(string what, int features, int samples, string parameter)
    {
        if (features != Inputs)
        {
            string hint = samples == Inputs ? " A sample is a column: if yours are rows, transpose." : string.Empty;
            throw new ArgumentException(
                $"{Describe(0)} expects {Inputs} rows, but {what} was {features} x {samples}.{hint}", parameter);
        }
    }

    /// <summary>Runs <paramref name="part"/> on shares of the samples, given by start and count, on as many threads as are allowed
    /// and of use.</summary>
    private static void Share(int samples, int maxWorkers, GemmBackend? backend, Action<int, int> part)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxWorkers);
        int most = backend is { HasOwnThreads: true } ? 1 : Math.Min(maxWorkers, Environment.ProcessorCount);
        int shares = Math.Clamp(samples / LeastShare, 1, most);
        if (shares == 1)
        {
            part(0, samples);
            return;
        }

        try
        {
            Parallel.For(0, shares, new ParallelOptions { MaxDegreeOfParallelism = shares }, index =>
            {
                (int start, int count) = Partition.Share(samples, shares, index);
                part(start, count);
            });
        }
        catch (AggregateException exception)
        {
            // What one thread would have thrown.
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }

    private string Describe(int layer) => $"Layer {layer + 1} ({_layers[layer]})";

    private Matrix<T> Checked(Matrix<T> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        CheckFeatures("the input", inputs.RowCount, inputs.ColumnCount, nameof(inputs));
        return inputs;
    }

    private static T[] ColumnMajor(Matrix<T> matrix) => matrix.AsColumnMajorArray() ?? matrix.ToColumnMajorArray();

    private int Samples(ReadOnlySpan<T> inputs)
    {
        if (inputs.Length % Inputs != 0)
        {
            throw new ArgumentException(
                $"{Describe(0)} expects whole samples of {Inputs} features, but the input had {inputs.Length} elements.", nameof(inputs));
        }

        return inputs.Length / Inputs;
    }

    private static DenseLayer<T>[] Build(int inputs, IReadOnlyList<LayerSpec<T>> layers, ulong seed)
    {
        ElementType.Check<T>();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentNullException.ThrowIfNull(layers);
        var built = new DenseLayer<T>[layers.Count];
        for (int l = 0; l < built.Length; l++)
        {
            ArgumentNullException.ThrowIfNull(layers[l], nameof(layers));
            if ((long)inputs * layers[l].Units > Array.MaxLength)
            {
                throw new ArgumentException(
                    $"A layer's weights must fit in an array of {Array.MaxLength} elements, but layer {l + 1} needs {layers[l].Units} x {inputs}.",
                    nameof(layers));
            }

            built[l] = new DenseLayer<T>(inputs, layers[l], RandomSequence.ForWeights(seed, l));
            inputs = layers[l].Units;
        }

        return built;
    }

    private static int FirstSize(IReadOnlyList<int> sizes)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(sizes);
        return sizes.Count >= 2
            ? sizes[0]
            : throw new ArgumentException($"A network needs at least the number of inputs and of classes, but got {sizes.Count} sizes.", nameof(sizes));
    }

    private static LayerSpec<T>[] Specs(IReadOnlyList<int> sizes, IActivation<T> hidden)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        var specs = new LayerSpec<T>[sizes.Count - 1];
        for (int l = 0; l < specs.Length - 1; l++)
        {
            specs[l] = new LayerSpec<T>(sizes[l + 1], hidden);
        }

        specs[^1] = new LayerSpec<T>(sizes[^1], new Softmax<T>());
        return specs;
    }
}
