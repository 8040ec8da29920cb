using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

public sealed class GuardedGemmSingleTests : GuardedGemmTests<float>;

public sealed class GuardedGemmDoubleTests : GuardedGemmTests<double>;

/// <summary>Products whose operands end at the end of readable memory: a vector that reads past it kills the process.</summary>
[Collection(SimdWidthCollection.Name)]
public abstract class GuardedGemmTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Theory]
    [InlineData((int)SimdWidth.Vector128)]
    [InlineData((int)SimdWidth.Vector256)]
    [InlineData((int)SimdWidth.Vector512)]
    public void AllProducts_OperandsEndWithTheirPage_ReadNothingBehind(int width)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using IDisposable restore = Simd.Force((SimdWidth)width);
        for (int m = 1; m <= 70; m++)
        {
            foreach ((int n, int k) in new[] { (1, 1), (9, 1), (7, 2), (13, 5), (65, 3) })
            {
                Multiply(m, n, k);
            }
        }
    }

    private static void Multiply(int m, int n, int k)
    {
        using var memoryOfA = new GuardedMemory(m * k * Unsafe.SizeOf<T>());
        using var memoryOfB = new GuardedMemory(k * n * Unsafe.SizeOf<T>());
        using var memoryOfC = new GuardedMemory(m * n * Unsafe.SizeOf<T>());
        Span<T> a = Elements(memoryOfA), b = Elements(memoryOfB), c = Elements(memoryOfC);
        a.Fill(T.One);
        b.Fill(T.One);
        T[] expected = new T[m * n];
        Array.Fill(expected, T.CreateChecked(k));
        ulong[] nonzeros = new ulong[n * Nonzeros.Words(k)];
        Nonzeros.Mark(b, k, nonzeros);
        MatrixView<T> left = MatrixView<T>.ColumnMajor(a, m, k), leftTransposed = MatrixView<T>.ColumnMajor(a, k, m).Transposed;
        MatrixView<T> right = MatrixView<T>.ColumnMajor(b, k, n), rightTransposed = MatrixView<T>.ColumnMajor(b, n, k).Transposed;

        Gemm.Product(left, right, c, m);
        c.SequenceEqual(expected).Should().BeTrue();
        Gemm.Product(leftTransposed, rightTransposed, c, m);
        c.SequenceEqual(expected).Should().BeTrue();
        Gemm.AddScaled(left, rightTransposed, c, [], m, new LinearEpilogue<T>(T.One, T.One, T.One));
        c.IndexOfAnyExcept(T.CreateChecked(2 * k)).Should().Be(-1);
        foreach (bool perColumn in (bool[])[false, true])
        {
            ZeroSkippingGemm.Product(left, right, nonzeros, perColumn, new int[k], accumulate: false, c, m);
            c.SequenceEqual(expected).Should().BeTrue();
        }
    }

    private static Span<T> Elements(GuardedMemory memory) => MemoryMarshal.Cast<byte, T>(memory.Bytes);
}
