using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training.Steps;

/// <summary>A layer that is cut by samples, with what passes through it: its inputs and values, and the derivatives of the cost,
/// (units × micro-batch). Workers use different columns.</summary>
internal sealed class LayerValues<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GemmBackend _backend;
    private readonly AlignedMemory<T> _z;
    private readonly AlignedMemory<T> _a;
    private readonly AlignedMemory<T> _dz;
    private readonly LayerDropout<T>? _dropout;
    private readonly AlignedMemory<T> _kept; // the values after dropout; those of the function where there is none

    /// <param name="layer">The layer.</param>
    /// <param name="columns">The maximum number of samples of a micro-batch.</param>
    /// <param name="isOutput">Whether it is the output layer. Its function is in the loss, so its values are not kept.</param>
    /// <param name="dropout">The dropout of its values; null for none.</param>
    /// <param name="backend">What computes the products.</param>
    public LayerValues(DenseLayer<T> layer, int columns, bool isOutput, LayerDropout<T>? dropout, GemmBackend backend)
    {
        Layer = layer;
        _backend = backend;
        int length = checked(layer.OutputCount * columns);
        _z = new(length, exact: backend.CopiesParts);
        _a = new(isOutput ? 0 : length, exact: backend.CopiesParts);
        _dz = new(length, exact: backend.CopiesParts);
        _dropout = dropout;
        _kept = dropout is null ? _a : new(length, exact: backend.CopiesParts);
    }

    /// <summary>The layer.</summary>
    public DenseLayer<T> Layer { get; }

    /// <summary>Returns the inputs of the function for some samples.</summary>
    public MatrixTarget<T> Z(int start, int count) => Part(_z, start, count);

    /// <summary>Returns the values of the function for some samples.</summary>
    public MatrixTarget<T> A(int start, int count) => Part(_a, start, count);

    /// <summary>Returns the derivatives of the costs by the inputs of the function, for some samples.</summary>
    public MatrixTarget<T> Dz(int start, int count) => Part(_dz, start, count);

    /// <summary>Returns the values of all units, after dropout, as an operand.</summary>
    public MatrixView<T> ValuesView(int start, int count) => Part(_kept, start, count).View(Layer.OutputCount, count);

    /// <summary>Returns the derivatives as an operand.</summary>
    public MatrixView<T> DerivativesView(int start, int count) => Dz(start, count).View(Layer.OutputCount, count);

    /// <summary>Applies the function of a hidden layer to some samples, and dropout.</summary>
    public void Activate(MicroBatch batch, int start, int count)
    {
        if (_a.Span.Length == 0)
        {
            return;
        }

        Span<T> a = A(start, count).Span;
        Layer.Elementwise!.Evaluate(Z(start, count).Span, a);
        _dropout?.Apply(batch, start, a, Part(_kept, start, count).Span);
    }

    /// <summary>Computes <c>dZ = (Wᵀ·dZ of the layer behind) ∘ f′(Z)</c> for some samples of a hidden layer.</summary>
    public void Backward(LayerValues<T> behind, MicroBatch batch, int start, int count)
    {
        MatrixTarget<T> dz = Dz(start, count);
        _backend.Product(behind.Layer.WeightView.Transposed, behind.DerivativesView(start, count), dz, Layer.OutputCount);
        _dropout?.Apply(batch, start, dz.Span);
        Layer.Elementwise!.MultiplyByDerivative(Z(start, count).Span, A(start, count).Span, dz.Span);
    }

    private MatrixTarget<T> Part(AlignedMemory<T> matrix, int start, int count) =>
        matrix.Part(start * Layer.OutputCount, count * Layer.OutputCount);
}
