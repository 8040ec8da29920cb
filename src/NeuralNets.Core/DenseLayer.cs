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

    /// <summary>Creates a hidden layer from its parameters, which are copied.</summary>
    /// <param name="weights">(outputs × inputs).</param>
    /// <param name="biases">As many as outputs.</param>
    /// <param name="activation">The function of the layer.</param>
    /// <exception cref="ArgumentException">There are no weights, or not as many biases as rows of weights.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public DenseLayer(Matrix<T> weights, Vector<T> biases, IActivation<T> activation)
        : this(weights, biases)
    {
        ArgumentNullException.ThrowIfNull(activation);
        Activation = activation;
    }

    /// <summary>Creates the output layer from its parameters, which are copied.</summary>
    /// <param name="weights">(classes × inputs), at least two classes.</param>
    /// <param name="biases">As many as classes.</param>
    /// <param name="softmax">The function of the layer.</param>
    /// <exception cref="ArgumentException">There are no weights, not as many biases as rows of weights, or fewer than two classes.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public DenseLayer(Matrix<T> weights, Vector<T> biases, Softmax<T> softmax)
        : this(weights, biases)
    {
        ArgumentNullException.ThrowIfNull(softmax);
        Requirements.CheckSoftmaxClasses(weights.RowCount, nameof(weights));
    }

    /// <summary>Creates a layer with random weights and zero biases.</summary>
    internal DenseLayer(int inputs, LayerSpec<T> spec, RandomSequence random)
        : this(inputs, spec.Units, new T[inputs * spec.Units], new T[spec.Units])
    {
        Activation = spec.Activation;
        for (int i = 0; i < _weights.Length; i++)
        {
            _weights[i] = T.CreateChecked(spec.Initializer.Draw(inputs, spec.Units, random, i));
        }
    }

    private DenseLayer(Matrix<T> weights, Vector<T> biases)
        : this(Checked(weights, biases).ColumnCount, weights.RowCount, weights.ToColumnMajorArray(), biases.ToArray())
    {
    }

    private DenseLayer(int inputs, int outputs, T[] weights, T[] biases)
    {
        Inputs = inputs;
        Outputs = outputs;
        _weights = weights;
        _biases = biases;
        Weights = Matrix<T>.Build.Dense(outputs, inputs, weights);
        Biases = Vector<T>.Build.Dense(biases);
    }

    /// <summary>The number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>The number of units.</summary>
    public int Outputs { get; }

    /// <summary>The function of a hidden layer; null for the output layer, whose function is softmax.</summary>
    public IActivation<T>? Activation { get; }

    /// <summary>The weights, (outputs × inputs). The matrix is the layer's own memory: what is written to it takes effect.</summary>
    public Matrix<T> Weights { get; }

    /// <summary>The biases, one a unit. The vector is the layer's own memory: what is written to it takes effect.</summary>
    public Vector<T> Biases { get; }

    /// <summary>The weights in column-major order.</summary>
    internal Span<T> WeightSpan => _weights;

    internal Span<T> BiasSpan => _biases;

    /// <summary>Some of the weights, as they are stored.</summary>
    internal MatrixTarget<T> WeightPart(int start, int length) => MatrixTarget<T>.Part(_weights, start, length);

    /// <summary>The weights as an operand, (outputs × inputs).</summary>
    internal MatrixView<T> WeightView => MatrixView<T>.ColumnMajor(_weights, Outputs, Inputs);

    /// <summary>Returns the layer's shape and function.</summary>
    /// <returns>For instance <c>784 -> 128, Relu</c>.</returns>
    public override string ToString() => $"{Inputs} -> {Outputs}, {(Activation is null ? "Softmax" : ActivationName.Of(Activation))}";

    /// <summary><c>z = W·a + b</c>. Does not allocate in steady state.</summary>
    /// <param name="input">(inputs × samples).</param>
    /// <param name="z">(outputs × samples), without padding.</param>
    /// <param name="backend">What computes the product.</param>
    internal void Affine(MatrixView<T> input, MatrixTarget<T> z, GemmBackend backend)
    {
        backend.Product(WeightView, input, z, Outputs);
        Columns.Add(z.Span, _biases, input.Columns);
    }

    private static Matrix<T> Checked(Matrix<T> weights, Vector<T> biases)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(biases);
        if (weights.RowCount == 0 || weights.ColumnCount == 0)
        {
            throw new ArgumentException(
                $"A layer needs at least one unit and one input, but the weights are {weights.RowCount} x {weights.ColumnCount}.", nameof(weights));
        }

        if (biases.Count != weights.RowCount)
        {
            throw new ArgumentException(
                $"A layer needs one bias a unit: the weights are {weights.RowCount} x {weights.ColumnCount}, but there were {biases.Count} biases.",
                nameof(biases));
        }

        return weights;
    }
}
