using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralNets.Core.Kernels;

/// <summary>The 256-bit lane: the platform's <see cref="Vector256{T}"/>.</summary>
internal readonly unsafe struct Lane256<T> : ILane<T, Vector256<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector256<T>.Count;

    public static int Registers => Avx512F.VL.IsSupported ? 32 : 16;

    public static Vector256<T> Load(T* source) => Vector256.Load(source);

    public static void Prefetch(T* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    public static void Store(Vector256<T> value, T* destination) => value.Store(destination);

    public static Vector256<T> FirstLanes(int count) =>
        typeof(T) == typeof(float)
            ? Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).As<int, T>()
            : Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> LoadMasked(T* source, Vector256<T> mask)
    {
        if (Avx.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx.MaskLoad((float*)source, mask.AsSingle()).As<float, T>()
                : Avx.MaskLoad((double*)source, mask.AsDouble()).As<double, T>();
        }

        Vector256<T> value = Vector256<T>.Zero;
        for (int i = 0; i < Count; i++)
        {
            if (IsSelected(mask, i))
            {
                value = value.WithElement(i, source[i]);
            }
        }

        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreMasked(Vector256<T> value, T* destination, Vector256<T> mask)
    {
        if (Avx.IsSupported)
        {
            if (typeof(T) == typeof(float))
            {
                Avx.MaskStore((float*)destination, mask.AsSingle(), value.AsSingle());
            }
            else
            {
                Avx.MaskStore((double*)destination, mask.AsDouble(), value.AsDouble());
            }

            return;
        }

        for (int i = 0; i < Count; i++)
        {
            if (IsSelected(mask, i))
            {
                destination[i] = value.GetElement(i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> LoadBytes(byte* source)
    {
        if (Avx2.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(source)).As<float, T>()
                : Avx.ConvertToVector256Double(Sse41.ConvertToVector128Int32(source)).As<double, T>();
        }

        Vector256<T> value = Vector256<T>.Zero;
        for (int i = 0; i < Count; i++)
        {
            value = value.WithElement(i, T.CreateTruncating(source[i]));
        }

        return value;
    }

    public static Vector256<T> Broadcast(T value) => Vector256.Create(value);

    public static Vector256<T> BroadcastBits(long bits) =>
        typeof(T) == typeof(float)
            ? Vector256.Create((int)bits).As<int, T>()
            : Vector256.Create(bits).As<long, T>();

    public static Vector256<T> Add(Vector256<T> left, Vector256<T> right) => left + right;

    public static Vector256<T> Subtract(Vector256<T> left, Vector256<T> right) => left - right;

    public static Vector256<T> Multiply(Vector256<T> left, Vector256<T> right) => left * right;

    public static Vector256<T> Divide(Vector256<T> left, Vector256<T> right) => left / right;

    public static Vector256<T> Sqrt(Vector256<T> value) => Vector256.Sqrt(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> FusedMultiplyAdd(Vector256<T> a, Vector256<T> b, Vector256<T> c) =>
        typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    public static Vector256<T> Max(Vector256<T> left, Vector256<T> right) => Vector256.Max(left, right);

    public static Vector256<T> Abs(Vector256<T> value) => Vector256.Abs(value);

    public static Vector256<T> LessThan(Vector256<T> left, Vector256<T> right) => Vector256.LessThan(left, right);

    public static Vector256<T> EqualTo(Vector256<T> left, Vector256<T> right) => Vector256.Equals(left, right);

    public static ulong SignBits(Vector256<T> mask) => Vector256.ExtractMostSignificantBits(mask);

    public static bool AreAllBitsZero(Vector256<T> value) => value.AsInt32() == Vector256<int>.Zero;

    public static ulong AllSignBits => (1ul << Count) - 1;

    public static Vector256<T> Select(Vector256<T> mask, Vector256<T> ifTrue, Vector256<T> ifFalse) =>
        Vector256.ConditionalSelect(mask, ifTrue, ifFalse);

    public static Vector256<T> And(Vector256<T> left, Vector256<T> right) => left & right;

    public static Vector256<T> Or(Vector256<T> left, Vector256<T> right) => left | right;

    public static Vector256<T> Xor(Vector256<T> left, Vector256<T> right) => left ^ right;

    public static Vector256<T> AddBits(Vector256<T> left, Vector256<T> right) =>
        typeof(T) == typeof(float)
            ? (left.AsInt32() + right.AsInt32()).As<int, T>()
            : (left.AsInt64() + right.AsInt64()).As<long, T>();

    public static Vector256<T> SubtractBits(Vector256<T> left, Vector256<T> right) =>
        typeof(T) == typeof(float)
            ? (left.AsInt32() - right.AsInt32()).As<int, T>()
            : (left.AsInt64() - right.AsInt64()).As<long, T>();

    public static Vector256<T> MaxBits(Vector256<T> left, Vector256<T> right) =>
        typeof(T) == typeof(float)
            ? Vector256.Max(left.AsInt32(), right.AsInt32()).As<int, T>()
            : Vector256.Max(left.AsInt64(), right.AsInt64()).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyLowHalves(Vector256<T> left, Vector256<T> right) =>
        Avx2.IsSupported
            ? Avx2.Multiply(left.AsUInt32(), right.AsUInt32()).As<ulong, T>()
            : ((left.AsUInt64() & Vector256.Create((ulong)uint.MaxValue))
                * (right.AsUInt64() & Vector256.Create((ulong)uint.MaxValue))).As<ulong, T>();

    public static Vector256<T> ShiftLeft(Vector256<T> value, int count) =>
        typeof(T) == typeof(float)
            ? (value.AsInt32() << count).As<int, T>()
            : (value.AsInt64() << count).As<long, T>();

    public static Vector256<T> ShiftRightArithmetic(Vector256<T> value, int count) =>
        typeof(T) == typeof(float)
            ? (value.AsInt32() >> count).As<int, T>()
            : (value.AsInt64() >> count).As<long, T>();

    public static Vector256<T> ShiftRightLogical(Vector256<T> value, int count) =>
        typeof(T) == typeof(float)
            ? (value.AsInt32() >>> count).As<int, T>()
            : (value.AsInt64() >>> count).As<long, T>();

    private static bool IsSelected(Vector256<T> mask, int lane) =>
        typeof(T) == typeof(float) ? mask.AsInt32().GetElement(lane) != 0 : mask.AsInt64().GetElement(lane) != 0;
}
