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

    /// <summary>Whether these are the kernels of this library, which can do more: leave out zeros, and update weights in registers.</summary>
    internal bool IsManaged => this is ManagedBackend;

    /// <summary>Whether a product runs on threads of the backend's own, so that one worker is to call it.</summary>
    internal virtual bool HasOwnThreads => false;

    /// <summary>Whether an operand is copied if it is not the whole of an array.</summary>
    internal virtual bool CopiesParts => false;

    /// <summary>Returns <see cref="Name"/>.</summary>
    /// <returns>The name.</returns>
    public sealed override string ToString() => Name;

    /// <summary><c>C = A·B</c>; C is not read.</summary>
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
            Run(T.One, a, b, accumulate: false, c, leadingDimension);
        }
    }

    /// <summary><c>C = C + A·B</c>.</summary>
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
            Run(T.One, a, b, accumulate: true, c, leadingDimension);
        }
    }

    /// <summary><c>C = C + alpha·A·B</c>.</summary>
    /// <param name="alpha">The factor.</param>
    /// <param name="a">(m × k).</param>
    /// <param name="b">(k × n).</param>
    /// <param name="c">(m × n), column-major; must not overlap the operands.</param>
    /// <param name="leadingDimension">The step from column to column of <paramref name="c"/>, at least m.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    internal void AddScaled<T>(T alpha, MatrixView<T> a, MatrixView<T> b, MatrixTarget<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run(alpha, a, b, accumulate: true, c, leadingDimension);

    /// <summary><c>C = A·B</c>, or <c>C = C + alpha·A·B</c> to accumulate, for shapes that fit and of which no size is 0.</summary>
    private protected abstract void Compute<T>(
        T alpha, MatrixView<T> a, MatrixView<T> b, bool accumulate, MatrixTarget<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private void Run<T>(T alpha, MatrixView<T> a, MatrixView<T> b, bool accumulate, MatrixTarget<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Gemm.Check(a, b, c.Span.Length, leadingDimension);
        if (a.Rows == 0 || b.Columns == 0)
        {
            return;
        }

        if (a.Columns > 0)
        {
            Compute(alpha, a, b, accumulate, c, leadingDimension);
        }
        else if (!accumulate)
        {
            for (int j = 0; j < b.Columns; j++)
            {
                c.Span.Slice(j * leadingDimension, a.Rows).Clear();
            }
        }
    }
}
