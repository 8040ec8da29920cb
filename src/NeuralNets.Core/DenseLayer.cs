using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core;

/// <summary>A fully-connected layer: <c>Z = W·A + b</c>, then its function.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class DenseLayer<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _weights;
    private readonly T[] _biases;
    private int _isTraining;

    /// <summary>Creates a layer from its parameters, which are copied.</summary>
    /// <param name="weights">(outputs × inputs).</param>
    /// <param name="biases">As many as outputs.</param>
    /// <param name="activation">The function of the layer.</param>
    /// <exception cref="ArgumentException">There are no weights, not as many biases as rows of weights, or a single output with
    /// softmax.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public DenseLayer(Matrix<T> weights, Vector<T> biases, ILayerActivation<T> activation)
        : this(
            Checked(weights, biases, activation).ColumnCount,
            weights.RowCount,
            weights.ToColumnMajorArray(),
            biases.ToArray(),
            activation)
    {
    }

    /// <summary>Creates a layer with random weights and zero biases.</summary>
    /// <exception cref="InvalidOperationException">The thread's arithmetic is not in the standard mode.</exception>
    internal DenseLayer(int inputs, LayerSpec<T> spec, RandomSequence random)
        : this(inputs, spec.UnitCount, new T[inputs * spec.UnitCount], new T[spec.UnitCount], spec.Activation)
    {
        FloatingPointMode.Require();
        for (int i = 0; i < _weights.Length; i++)
        {
            _weights[i] = T.CreateChecked(spec.Initializer.Draw(inputs, spec.UnitCount, random, i));
        }
    }

    private DenseLayer(int inputs, int outputs, T[] weights, T[] biases, ILayerActivation<T> activation)
    {
        InputCount = inputs;
        OutputCount = outputs;
        _weights = weights;
        _biases = biases;
        Activation = activation;
        Elementwise = activation as IActivation<T>;
        Weights = Matrix<T>.Build.Dense(outputs, inputs, weights);
        Biases = Vector<T>.Build.Dense(biases);
    }

    /// <summary>The number of inputs.</summary>
    public int InputCount { get; }

    /// <summary>The number of units.</summary>
    public int OutputCount { get; }

    /// <summary>The function of the layer.</summary>
    public ILayerActivation<T> Activation { get; }

    /// <summary>The weights, (outputs × inputs). The matrix is the layer's own memory: what is written to it takes effect.</summary>
    public Matrix<T> Weights { get; }

    /// <summary>The biases, one per unit. The vector is the layer's own memory: what is written to it takes effect.</summary>
    public Vector<T> Biases { get; }

    /// <summary>The function of a hidden layer; null for softmax, which only an output layer has.</summary>
    internal IActivation<T>? Elementwise { get; }

    /// <summary>The weights in column-major order.</summary>
    internal Span<T> WeightSpan => _weights;

    internal Span<T> BiasSpan => _biases;

    /// <summary>Returns some of the weights, as they are stored.</summary>
    internal MatrixTarget<T> WeightPart(int start, int length) => MatrixTarget<T>.Part(_weights, start, length);

    /// <summary>The weights as an operand, (outputs × inputs).</summary>
    internal MatrixView<T> WeightView => MatrixView<T>.ColumnMajor(_weights, OutputCount, InputCount);

    /// <summary>Returns the layer's shape and function.</summary>
    /// <returns>For instance <c>784 -> 128, Relu</c>.</returns>
    public override string ToString() => $"{InputCount} -> {OutputCount}, {ActivationName.Of(Activation)}";

    /// <summary>Computes <c>z = W·a + b</c>. Does not allocate in steady state.</summary>
    /// <param name="input">(inputs × samples).</param>
    /// <param name="z">(outputs × samples), without padding.</param>
    /// <param name="backend">What computes the product.</param>
    internal void Affine(MatrixView<T> input, MatrixTarget<T> z, GemmBackend backend)
    {
        backend.Product(WeightView, input, z, OutputCount);
        Columns.Add(z.Span, _biases, input.Columns);
    }

    /// <summary>Claims the layer for a call of Fit. Whether it was free.</summary>
    internal bool TryBeginTraining() => Interlocked.Exchange(ref _isTraining, 1) == 0;

    internal void EndTraining() => Volatile.Write(ref _isTraining, 0);

    /// <summary>Returns a layer with parameters of its own and the same function.</summary>
    internal DenseLayer<T> Clone() => new(InputCount, OutputCount, [.. _weights], [.. _biases], Activation);

    private static Matrix<T> Checked(Matrix<T> weights, Vector<T> biases, ILayerActivation<T> activation)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(biases);
        ArgumentNullException.ThrowIfNull(activation);
        if (weights.RowCount == 0 || weights.ColumnCount == 0)
        {
            throw new ArgumentException(
                $"A layer needs at least one unit and one input, but the weights are {weights.RowCount} x {weights.ColumnCount}.",
                nameof(weights));
        }

        if (biases.Count != weights.RowCount)
        {
            throw new ArgumentException(
                $"A layer needs one bias per unit: the weights are {weights.RowCount} x {weights.ColumnCount}, but there were "
                    + $"{biases.Count} biases.",
                nameof(biases));
        }

        if (activation is Softmax<T>)
        {
            Requirements.CheckSoftmaxClasses(weights.RowCount, nameof(weights));
        }

        return weights;
    }
}
