using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Backends;

/// <summary>
/// What computes the matrix products of training and prediction: <see cref="ManagedBackend"/>, the default, <see cref="MklBackend"/>
/// or <see cref="MathNetBackend"/>. The rest, from the gathering of samples to the softmax, is the same with each.
/// </summary>
/// <remarks>
/// A backend is an argument of training and of prediction, never a setting of the process, and networks that use different ones at
/// the same time do not disturb each other. The same bits on every machine are the managed backend's promise alone: the
/// others add the terms of a sum in an order of their own. Any number of threads may use a backend at once.
/// </remarks>
public abstract class GemmBackend
{
    private protected GemmBackend()
    {
    }

    /// <summary>What computes, with its version where it has one.</summary>
    public abstract string Name { get; }

    /// <summary>Whether these are the kernels of this library.</summary>
    internal bool IsManaged => this is ManagedBackend;

    /// <summary>Whether products with the input of a network leave out zeros, for which the caller marks what is not zero.</summary>
    internal bool LeavesOutZeros => IsManaged;

    /// <summary>Whether <see cref="AddScaled"/> can start from sums of earlier slices.</summary>
    internal bool AddsScaledSums => IsManaged;

    /// <summary>Whether a product runs on threads of the backend's own, so that one worker is to call it.</summary>
    internal virtual bool HasOwnThreads => false;

    /// <summary>Whether an operand is copied if it is not the whole of an array.</summary>
    internal virtual bool CopiesParts => false;

    /// <summary>Returns <see cref="Name"/>.</summary>
    /// <returns>The name.</returns>
    public sealed override string ToString() => Name;

    /// <summary>Computes <c>C = A·B</c>; C is not read.</summary>
    /// <param name="a">(m × k).</param>
    /// <param name="b">(k × n).</param>
    /// <param name="c">(m × n), column-major; must not overlap the operands.</param>
    /// <param name="leadingDimension">The step from column to column of <paramref name="c"/>, at least m.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    internal void Product<T>(MatrixView<T> a, MatrixView<T> b, MatrixTarget<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (IsManaged)
        {
            Gemm.Product(a, b, c.Span, leadingDimension);
        }
        else
        {
            Run(T.One, a, b, T.Zero, c, leadingDimension);
        }
    }

    /// <summary>Computes <c>C = C + A·B</c>.</summary>
    /// <inheritdoc cref="Product{T}"/>
    internal void Accumulate<T>(MatrixView<T> a, MatrixView<T> b, MatrixTarget<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (IsManaged)
        {
            Gemm.Accumulate(a, b, c.Span, leadingDimension);
        }
        else
        {
            Run(T.One, a, b, T.One, c, leadingDimension);
        }
    }

    /// <summary>Computes <c>C = keep·C + factor·((S + A·B)·scale)</c>; see <see cref="Gemm.AddScaled{T}"/>.</summary>
    /// <param name="a">(m × k).</param>
    /// <param name="b">(k × n).</param>
    /// <param name="c">(m × n), column-major; must not overlap the operands.</param>
    /// <param name="start">Empty, or the sums of earlier slices of k if <see cref="AddsScaledSums"/>.</param>
    /// <param name="leadingDimension">The step from column to column of <paramref name="c"/>, at least m.</param>
    /// <param name="epilogue">The numbers of the formula.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    internal void AddScaled<T>(
        MatrixView<T> a, MatrixView<T> b, MatrixTarget<T> c, ReadOnlySpan<T> start, int leadingDimension, LinearEpilogue<T> epilogue)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (IsManaged)
        {
            Gemm.AddScaled(a, b, c.Span, start, leadingDimension, epilogue);
        }
        else
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(start.Length, 0);
            Run(epilogue.Factor * epilogue.Scale, a, b, epilogue.Keep, c, leadingDimension);
        }
    }

    /// <summary>Computes <c>Z = W·X</c> for the input of a network, whose zeros the managed kernels leave out.</summary>
    /// <param name="weights">(units × features).</param>
    /// <param name="x">(features × samples).</param>
    /// <param name="zeros">What is known of the zeros of <paramref name="x"/>; ignored unless <see cref="LeavesOutZeros"/>.</param>
    /// <param name="z">Receives (units × samples), without padding.</param>
    internal void InputProduct<T>(MatrixView<T> weights, MatrixView<T> x, InputZeros zeros, MatrixTarget<T> z)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!LeavesOutZeros || zeros.AreFew(x.Rows, x.Columns))
        {
            Product(weights, x, z, weights.Rows);
        }
        else
        {
            ZeroSkippingGemm.Product(weights, x, zeros.Nonzeros, zeros.PerColumn, zeros.List, accumulate: false, z.Span, weights.Rows);
        }
    }

    /// <summary>Computes <c>C = A·B</c>, or <c>C = keep·C + alpha·A·B</c>, for shapes that fit and of which no size is 0. With a
    /// <paramref name="keep"/> of 0, C is not read.</summary>
    private protected abstract void Compute<T>(
        T alpha, MatrixView<T> a, MatrixView<T> b, T keep, MatrixTarget<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private void Run<T>(T alpha, MatrixView<T> a, MatrixView<T> b, T keep, MatrixTarget<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Gemm.Check(a, b, c.Span.Length, leadingDimension);
        if (a.Rows == 0 || b.Columns == 0)
        {
            return;
        }

        if (a.Columns > 0)
        {
            Compute(alpha, a, b, keep, c, leadingDimension);
            return;
        }

        for (int j = 0; j < b.Columns; j++)
        {
            foreach (ref T element in c.Span.Slice(j * leadingDimension, a.Rows))
            {
                element = keep == T.Zero ? T.Zero : keep * element;
            }
        }
    }
}
