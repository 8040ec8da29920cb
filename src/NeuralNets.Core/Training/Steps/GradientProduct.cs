using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training.Steps;

/// <summary>
/// The gradient of a block of weights over the samples of a micro-batch, <c>dZ·Aᵀ</c>, summed and not yet divided. It knows where its
/// operands lie, which terms are zero and what multiplies; it does not know what becomes of the sums.
/// </summary>
internal readonly ref struct GradientProduct<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GemmBackend _backend;
    private readonly MatrixView<T> _dz;
    private readonly MatrixView<T> _a; // transposed
    private readonly InputZeros _zeros;
    private readonly bool _leavesOutZeros;

    /// <param name="backend">What computes the product.</param>
    /// <param name="dz">The derivatives of the units, (units × samples).</param>
    /// <param name="a">The inputs of the units, (inputs × samples).</param>
    public GradientProduct(GemmBackend backend, MatrixView<T> dz, MatrixView<T> a)
    {
        _backend = backend;
        _dz = dz;
        _a = a.Transposed;
    }

    /// <summary>The same with inputs that are zero in many places; by the managed kernels.</summary>
    /// <param name="dz">The derivatives of the units, (units × samples).</param>
    /// <param name="a">The inputs of the units, (inputs × samples).</param>
    /// <param name="zeros">What of <paramref name="a"/> transposed is not zero.</param>
    public GradientProduct(MatrixView<T> dz, MatrixView<T> a, InputZeros zeros)
        : this(ManagedBackend.Instance, dz, a)
    {
        _zeros = zeros;
        _leavesOutZeros = true;
    }

    private GradientProduct(GradientProduct<T> whole, int firstInput, int inputs)
    {
        this = whole;
        _a = whole._a.ColumnRange(firstInput, inputs);
        if (_leavesOutZeros)
        {
            int words = Nonzeros.Words(_a.Rows);
            _zeros = new(whole._zeros.Nonzeros.Slice(firstInput * words, inputs * words), whole._zeros.PerColumn, whole._zeros.List);
        }
    }

    /// <summary>The number of units.</summary>
    public int UnitCount => _dz.Rows;

    /// <summary>The number of inputs.</summary>
    public int InputCount => _a.Columns;

    /// <summary>Whether the product of some inputs costs no more than their share.</summary>
    public bool CanBeCut => _backend.IsManaged;

    /// <summary>Returns the gradient for some of the inputs.</summary>
    public GradientProduct<T> Inputs(int first, int count) => new(this, first, count);

    /// <summary>Whether <see cref="AddScaled"/> can go on from sums of earlier micro-batches.</summary>
    public bool AddsScaledSums => _backend.AddsScaledSums;

    /// <summary>Writes the sums.</summary>
    /// <param name="sums">(units × inputs), without gaps.</param>
    public void Write(MatrixTarget<T> sums)
    {
        if (_leavesOutZeros)
        {
            ZeroSkippingGemm.Product(_dz, _a, _zeros.Nonzeros, _zeros.PerColumn, _zeros.List, accumulate: false, sums.Span, _dz.Rows);
        }
        else
        {
            _backend.Product(_dz, _a, sums, _dz.Rows);
        }
    }

    /// <summary>Adds to the sums of earlier micro-batches.</summary>
    /// <param name="sums">(units × inputs), without gaps.</param>
    public void Add(MatrixTarget<T> sums)
    {
        if (_leavesOutZeros)
        {
            ZeroSkippingGemm.Product(_dz, _a, _zeros.Nonzeros, _zeros.PerColumn, _zeros.List, accumulate: true, sums.Span, _dz.Rows);
        }
        else
        {
            _backend.Accumulate(_dz, _a, sums, _dz.Rows);
        }
    }

    /// <summary>Adds the sums, scaled, to a target without writing them down; see <see cref="Gemm.AddScaled{T}"/>.</summary>
    /// <param name="target">(units × inputs), without gaps.</param>
    /// <param name="start">The sums of earlier micro-batches; empty if there are none.</param>
    /// <param name="epilogue">The factors.</param>
    public void AddScaled(MatrixTarget<T> target, ReadOnlySpan<T> start, LinearEpilogue<T> epilogue)
    {
        if (_leavesOutZeros)
        {
            ZeroSkippingGemm.AddScaled(
                _dz, _a, _zeros.Nonzeros, _zeros.PerColumn, _zeros.List, target.Span, start, _dz.Rows, epilogue);
        }
        else
        {
            _backend.AddScaled(_dz, _a, target, start, _dz.Rows, epilogue);
        }
    }
}
