using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

/// <summary>The operations of <see cref="Gemm"/>.</summary>
internal enum GemmOperation
{
    Product,
    Accumulate,
    AddScaled,
    AddScaledFromSums,
}

/// <summary>
/// Random operands and the reference results for all their upper left parts: element (i, j) of a product does not depend on
/// m and n, so one matrix for each k is enough, and the chains for one k go on from those for the k before it.
/// </summary>
internal sealed class GemmTable<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<(GemmOperation Operation, int K), T[]> _expected = [];
    private readonly Dictionary<(GemmOperation Operation, int K), T[]> _tolerance = [];

    /// <param name="rows">The largest m.</param>
    /// <param name="columns">The largest n.</param>
    /// <param name="lengths">The values of k, in increasing order.</param>
    /// <param name="seed">The seed of the operands.</param>
    /// <param name="draw">Draws one element; by default in [-1, 1), with a zero of either sign now and then.</param>
    public GemmTable(int rows, int columns, int[] lengths, int seed, Func<Random, T>? draw = null)
    {
        draw ??= Draw;
        var random = new Random(seed);
        Rows = rows;
        Columns = columns;
        Length = lengths[^1];
        A = Fill(rows * Length);
        B = Fill(Length * columns);
        Start = Fill(rows * columns);
        Weights = Fill(rows * columns);
        Scale = T.One / T.CreateChecked(60);
        Rate = T.CreateChecked(0.1);

        T[] absoluteA = Array.ConvertAll(A, T.Abs);
        T[] absoluteB = Array.ConvertAll(B, T.Abs);
        var product = new T[rows * columns];
        T[] accumulated = [.. Start];
        var size = new T[rows * columns]; // Σ|a||b|
        int done = 0;
        foreach (int k in lengths)
        {
            MatrixView<T> a = ViewOfA.Transposed.RowRange(done, k - done).Transposed;
            MatrixView<T> b = ViewOfB.RowRange(done, k - done);
            ReferenceGemm.Accumulate(a, b, product, rows);
            ReferenceGemm.Accumulate(a, b, accumulated, rows);
            ReferenceGemm.Accumulate(
                MatrixView<T>.ColumnMajor(absoluteA, rows, Length).ColumnRange(done, k - done),
                MatrixView<T>.ColumnMajor(absoluteB, Length, columns).RowRange(done, k - done),
                size,
                rows);
            done = k;
            _expected[(GemmOperation.Product, k)] = [.. product];
            _expected[(GemmOperation.Accumulate, k)] = [.. accumulated];
            _expected[(GemmOperation.AddScaled, k)] = Descended(product);
            _expected[(GemmOperation.AddScaledFromSums, k)] = Descended(accumulated);
            _tolerance[(GemmOperation.Product, k)] = Tolerance(i => size[i], k, size.Length);
            _tolerance[(GemmOperation.Accumulate, k)] = Tolerance(i => size[i] + T.Abs(Start[i]), k, size.Length);
            _tolerance[(GemmOperation.AddScaled, k)] = Tolerance(i => (Rate * Scale * size[i]) + T.Abs(Weights[i]), k, size.Length);
            _tolerance[(GemmOperation.AddScaledFromSums, k)] =
                Tolerance(i => (Rate * Scale * (size[i] + T.Abs(Start[i]))) + T.Abs(Weights[i]), k, size.Length);
        }

        T[] Fill(int count)
        {
            var values = new T[count];
            for (int i = 0; i < count; i++)
            {
                values[i] = draw(random);
            }

            return values;
        }
    }

    /// <summary>The largest m.</summary>
    public int Rows { get; }

    /// <summary>The largest n.</summary>
    public int Columns { get; }

    /// <summary>The largest k.</summary>
    public int Length { get; }

    /// <summary>(m × k).</summary>
    public T[] A { get; }

    /// <summary>(k × n).</summary>
    public T[] B { get; }

    /// <summary>(m × n): what the chains start from where they do not start from +0.</summary>
    public T[] Start { get; }

    /// <summary>(m × n).</summary>
    public T[] Weights { get; }

    public T Scale { get; }

    public T Rate { get; }

    /// <summary>Other than 1, so that what is there must really be scaled.</summary>
    public T Keep { get; } = T.CreateChecked(0.875);

    public LinearEpilogue<T> Epilogue => new(Scale, -Rate, Keep);

    private MatrixView<T> ViewOfA => MatrixView<T>.ColumnMajor(A, Rows, Length);

    private MatrixView<T> ViewOfB => MatrixView<T>.ColumnMajor(B, Length, Columns);

    /// <summary>The result, (m × n) for the largest m and n.</summary>
    public T[] Expected(GemmOperation operation, int k) => _expected[(operation, k)];

    /// <summary>
    /// Runs an operation for all the given sizes and compares with the reference, bit for bit. Every matrix is padded and the
    /// padding poisoned; operands and padding must come out unchanged. The padding is 0 to 3 elements, that of A
    /// <paramref name="paddingOfA"/> more. A backend that does not promise bits may differ by rounding.
    /// </summary>
    /// <returns>Null, or the first difference.</returns>
    public string? Difference(
        GemmOperation operation,
        int[] ms,
        int[] ns,
        int[] ks,
        bool transposeA,
        bool transposeB,
        int paddingOfA = 0,
        GemmBackend? backend = null)
    {
        int largest = ns.Max();
        foreach (int k in ks)
        {
            PaddedMatrix<T>[] right = [.. ns.Select(n => PaddedMatrix<T>.Operand(B, Length, k, n, transposeB, (n + k) % 3))];
            PaddedMatrix<T>[] rightBefore = [.. right.Select(b => b.Clone())];
            foreach (int m in ms)
            {
                PaddedMatrix<T> left = PaddedMatrix<T>.Operand(A, Rows, m, k, transposeA, paddingOfA + ((m + (2 * k)) % 4));
                PaddedMatrix<T> leftBefore = left.Clone();
                int padding = (m + k) % 4;
                PaddedMatrix<T> expected = Padded(Expected(operation, k));
                PaddedMatrix<T>? tolerance = backend is null ? null : Padded(_tolerance[(operation, k)]);
                PaddedMatrix<T> gradient = Padded(Start);
                PaddedMatrix<T> gradientBefore = gradient.Clone();
                PaddedMatrix<T> initial = operation switch
                {
                    GemmOperation.Product => new(m, largest, m + padding),
                    GemmOperation.Accumulate => gradient,
                    _ => Padded(Weights),
                };
                var actual = new PaddedMatrix<T>(m, largest, m + padding);
                for (int index = 0; index < ns.Length; index++)
                {
                    int n = ns[index];
                    actual.CopyFrom(initial, n);
                    if (backend is null)
                    {
                        Run(operation, left.View(transposeA), right[index].View(transposeB), actual, n, gradient);
                    }
                    else
                    {
                        Run(backend, operation, left.View(transposeA), right[index].View(transposeB), actual, n, gradient);
                    }

                    if (actual.Difference(expected, n, tolerance) is string difference)
                    {
                        return $"{operation}, m = {m}, n = {n}, k = {k}, {Name(transposeA, "A")}, {Name(transposeB, "B")}, "
                            + $"{backend?.Name ?? Simd.Width.ToString()}: {difference}.";
                    }
                }

                if (left.Difference(leftBefore, left.Columns) is string changed)
                {
                    return $"{operation}, m = {m}, k = {k}, {Name(transposeA, "A")}, {Simd.Width} changed A: {changed}.";
                }

                if (gradient.Difference(gradientBefore, largest) is string changedGradient)
                {
                    return $"{operation}, m = {m}, k = {k}, {Simd.Width} changed the gradient: {changedGradient}.";
                }

                PaddedMatrix<T> Padded(T[] source) => PaddedMatrix<T>.Operand(source, Rows, m, largest, false, padding);
            }

            for (int index = 0; index < ns.Length; index++)
            {
                if (right[index].Difference(rightBefore[index], right[index].Columns) is string changed)
                {
                    return $"{operation}, n = {ns[index]}, k = {k}, {Name(transposeB, "B")}, {Simd.Width} changed B: {changed}.";
                }
            }
        }

        return null;
    }

    private static string Name(bool transposed, string matrix) => transposed ? matrix + " transposed" : matrix;

    private static T Draw(Random random) =>
        random.Next(16) switch
        {
            0 => T.Zero,
            1 => T.NegativeZero,
            _ => T.CreateTruncating((2 * random.NextDouble()) - 1),
        };

    private void Run(
        GemmOperation operation, MatrixView<T> a, MatrixView<T> b, PaddedMatrix<T> c, int n, PaddedMatrix<T> gradient)
    {
        switch (operation)
        {
            case GemmOperation.Product:
                Gemm.Product(a, b, c.Span(n), c.LeadingDimension);
                break;
            case GemmOperation.Accumulate:
                Gemm.Accumulate(a, b, c.Span(n), c.LeadingDimension);
                break;
            case GemmOperation.AddScaled:
                Gemm.AddScaled(a, b, c.Span(n), [], c.LeadingDimension, Epilogue);
                break;
            default:
                Gemm.AddScaled(a, b, c.Span(n), gradient.Span(n), c.LeadingDimension, Epilogue);
                break;
        }
    }

    private void Run(
        GemmBackend backend,
        GemmOperation operation,
        MatrixView<T> a,
        MatrixView<T> b,
        PaddedMatrix<T> c,
        int n,
        PaddedMatrix<T> gradient)
    {
        switch (operation)
        {
            case GemmOperation.Product:
                backend.Product(a, b, c.Span(n), c.LeadingDimension);
                break;
            case GemmOperation.Accumulate:
                backend.Accumulate(a, b, c.Span(n), c.LeadingDimension);
                break;
            case GemmOperation.AddScaled:
                backend.AddScaled(a, b, c.Span(n), [], c.LeadingDimension, Epilogue);
                break;
            default:
                // What ParameterBlock does, with padding: the gradient is not the test's to change.
                PaddedMatrix<T> sums = gradient.Clone();
                backend.Accumulate(a, b, sums.Span(n), sums.LeadingDimension);
                for (int j = 0; j < n; j++)
                {
                    for (int i = 0; i < c.Rows; i++)
                    {
                        c[i, j] = T.FusedMultiplyAdd(-Rate, sums[i, j] * Scale, Keep * c[i, j]);
                    }
                }

                break;
        }
    }

    /// <summary>
    /// How far two evaluations of a sum of k products with an addend and up to two factors may be apart. In any order, and
    /// with or without fusing, each is off by at most γ·Σ|a||b| with γ = (k + 4)·u/(1 − (k + 4)·u) (Higham, Accuracy and Stability,
    /// section 3.1), u being half the distance from 1 to the next number. The factor 2 is for the two evaluations; 1.01 covers
    /// the denominator and the rounding of the bound itself. Below the normal numbers each term may lose half of the smallest one.
    /// </summary>
    private static T[] Tolerance(Func<int, T> size, int k, int count)
    {
        T factor = T.CreateChecked(1.01 * (k + 4)) * (T.BitIncrement(T.One) - T.One);
        T underflow = T.CreateChecked(k + 4) * T.Epsilon;
        return [.. Enumerable.Range(0, count).Select(i => (factor * size(i)) + underflow)];
    }

    private T[] Descended(T[] gradient)
    {
        var weights = new T[gradient.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = T.FusedMultiplyAdd(-Rate, (gradient[i] * Scale) + T.Zero, Keep * Weights[i]);
        }

        return weights;
    }
}
