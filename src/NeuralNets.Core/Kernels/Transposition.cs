using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NeuralNets.Core.Kernels;

/// <summary>Copies a matrix so that rows become columns.</summary>
internal static unsafe class Transposition
{
    /// <summary>Computes <c>destination[j·destinationStep + i] = source[i·sourceStep + j]</c> for i &lt; rows, j &lt; columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy<T>(T* source, nint sourceStep, int rows, int columns, T* destination, nint destinationStep)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Square blocks of one 128-bit vector per row: 4 x 4 in float, 2 x 2 in double.
        int block = Vector128<T>.Count;
        int i = 0;
        for (; i <= rows - block; i += block)
        {
            T* from = source + (i * sourceStep);
            T* to = destination + i;
            int j = 0;
            for (; j <= columns - block; j += block)
            {
                if (typeof(T) == typeof(float))
                {
                    Copy4x4((float*)from, sourceStep, (float*)to, destinationStep);
                }
                else
                {
                    Copy2x2((double*)from, sourceStep, (double*)to, destinationStep);
                }

                from += block;
                to += block * destinationStep;
            }

            CopySingly(from, sourceStep, block, columns - j, to, destinationStep);
        }

        CopySingly(source + (i * sourceStep), sourceStep, rows - i, columns, destination + i, destinationStep);
    }

    private static void CopySingly<T>(T* source, nint sourceStep, int rows, int columns, T* destination, nint destinationStep)
        where T : unmanaged
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                destination[(j * destinationStep) + i] = source[(i * sourceStep) + j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy4x4(float* source, nint sourceStep, float* destination, nint destinationStep)
    {
        Vector128<float> row0 = Vector128.Load(source);
        Vector128<float> row1 = Vector128.Load(source + sourceStep);
        Vector128<float> row2 = Vector128.Load(source + (2 * sourceStep));
        Vector128<float> row3 = Vector128.Load(source + (3 * sourceStep));

        // First the elements of two rows alternate, then pairs of them.
        Vector128<double> rows01Low = ZipLow(row0, row1).AsDouble();
        Vector128<double> rows01High = ZipHigh(row0, row1).AsDouble();
        Vector128<double> rows23Low = ZipLow(row2, row3).AsDouble();
        Vector128<double> rows23High = ZipHigh(row2, row3).AsDouble();
        ZipLow(rows01Low, rows23Low).AsSingle().Store(destination);
        ZipHigh(rows01Low, rows23Low).AsSingle().Store(destination + destinationStep);
        ZipLow(rows01High, rows23High).AsSingle().Store(destination + (2 * destinationStep));
        ZipHigh(rows01High, rows23High).AsSingle().Store(destination + (3 * destinationStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy2x2(double* source, nint sourceStep, double* destination, nint destinationStep)
    {
        Vector128<double> row0 = Vector128.Load(source);
        Vector128<double> row1 = Vector128.Load(source + sourceStep);
        ZipLow(row0, row1).Store(destination);
        ZipHigh(row0, row1).Store(destination + destinationStep);
    }

    /// <summary>Returns a₀ b₀ a₁ b₁.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    /// <summary>Returns a₂ b₂ a₃ b₃.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);

    /// <summary>Returns a₀ b₀.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> ZipLow(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0]);

    /// <summary>Returns a₁ b₁.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> ZipHigh(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[1], b[1]);
}
