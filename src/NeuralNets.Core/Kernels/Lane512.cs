using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralNets.Core.Kernels;

/// <summary>The 512-bit lane: the platform's <see cref="Vector512{T}"/>.</summary>
internal readonly unsafe struct Lane512<T> : ILane<T, Vector512<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector512<T>.Count;

    public static int Registers => 32;

    public static Vector512<T> Load(T* source) => Vector512.Load(source);

    public static void Prefetch(T* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    public static void Store(Vector512<T> value, T* destination) => value.Store(destination);

    public static Vector512<T> FirstLanes(int count) =>
        typeof(T) == typeof(float)
            ? Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).As<int, T>()
            : Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count)).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> LoadMasked(T* source, Vector512<T> mask)
    {
        if (Avx512F.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx512F.MaskLoad((float*)source, mask.AsSingle(), Vector512<float>.Zero).As<float, T>()
                : Avx512F.MaskLoad((double*)source, mask.AsDouble(), Vector512<double>.Zero).As<double, T>();
        }

        Vector512<T> value = Vector512<T>.Zero;
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
    public static void StoreMasked(Vector512<T> value, T* destination, Vector512<T> mask)
    {
        if (Avx512F.IsSupported)
        {
            if (typeof(T) == typeof(float))
            {
                Avx512F.MaskStore((float*)destination, mask.AsSingle(), value.AsSingle());
            }
            else
            {
                Avx512F.MaskStore((double*)destination, mask.AsDouble(), value.AsDouble());
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
    public static Vector512<T> LoadBytes(byte* source)
    {
        if (Avx512F.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(source))).As<float, T>()
                : Avx512F.ConvertToVector512Double(Avx2.ConvertToVector256Int32(source)).As<double, T>();
        }

        Vector512<T> value = Vector512<T>.Zero;
        for (int i = 0; i < Count; i++)
        {
            value = value.WithElement(i, T.CreateTruncating(source[i]));
        }

        return value;
    }

    public static Vector512<T> Broadcast(T value) => Vector512.Create(value);

    public static Vector512<T> BroadcastBits(long bits) =>
        typeof(T) == typeof(float)
            ? Vector512.Create((int)bits).As<int, T>()
            : Vector512.Create(bits).As<long, T>();

    public static Vector512<T> Add(Vector512<T> left, Vector512<T> right) => left + right;

    public static Vector512<T> Subtract(Vector512<T> left, Vector512<T> right) => left - right;

    public static Vector512<T> Multiply(Vector512<T> left, Vector512<T> right) => left * right;

    public static Vector512<T> Divide(Vector512<T> left, Vector512<T> right) => left / right;

    public static Vector512<T> Sqrt(Vector512<T> value) => Vector512.Sqrt(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> FusedMultiplyAdd(Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
        typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    public static Vector512<T> Max(Vector512<T> left, Vector512<T> right) => Vector512.Max(left, right);

    public static Vector512<T> Abs(Vector512<T> value) => Vector512.Abs(value);

    public static Vector512<T> LessThan(Vector512<T> left, Vector512<T> right) => Vector512.LessThan(left, right);

    public static Vector512<T> EqualTo(Vector512<T> left, Vector512<T> right) => Vector512.Equals(left, right);

    public static ulong SignBits(Vector512<T> mask) => Vector512.ExtractMostSignificantBits(mask);

    public static bool AreAllBitsZero(Vector512<T> value) => value.AsInt32() == Vector512<int>.Zero;

    public static ulong AllSignBits => (1ul << Count) - 1;

    public static Vector512<T> Select(Vector512<T> mask, Vector512<T> ifTrue, Vector512<T> ifFalse) =>
        Vector512.ConditionalSelect(mask, ifTrue, ifFalse);

    public static Vector512<T> And(Vector512<T> left, Vector512<T> right) => left & right;

    public static Vector512<T> Or(Vector512<T> left, Vector512<T> right) => left | right;

    public static Vector512<T> Xor(Vector512<T> left, Vector512<T> right) => left ^ right;

    public static Vector512<T> AddBits(Vector512<T> left, Vector512<T> right) =>
        typeof(T) == typeof(float)
            ? (left.AsInt32() + right.AsInt32()).As<int, T>()
            : (left.AsInt64() + right.AsInt64()).As<long, T>();

    public static Vector512<T> SubtractBits(Vector512<T> left, Vector512<T> right) =>
        typeof(T) == typeof(float)
            ? (left.AsInt32() - right.AsInt32()).As<int, T>()
            : (left.AsInt64() - right.AsInt64()).As<long, T>();

    public static Vector512<T> MaxBits(Vector512<T> left, Vector512<T> right) =>
        typeof(T) == typeof(float)
            ? Vector512.Max(left.AsInt32(), right.AsInt32()).As<int, T>()
            : Vector512.Max(left.AsInt64(), right.AsInt64()).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyLowHalves(Vector512<T> left, Vector512<T> right) =>
        Avx512F.IsSupported
            ? Avx512F.Multiply(left.AsUInt32(), right.AsUInt32()).As<ulong, T>()
            : ((left.AsUInt64() & Vector512.Create((ulong)uint.MaxValue))
                * (right.AsUInt64() & Vector512.Create((ulong)uint.MaxValue))).As<ulong, T>();

    public static Vector512<T> ShiftLeft(Vector512<T> value, int count) =>
        typeof(T) == typeof(float)
            ? (value.AsInt32() << count).As<int, T>()
            : (value.AsInt64() << count).As<long, T>();

    public static Vector512<T> ShiftRightArithmetic(Vector512<T> value, int count) =>
        typeof(T) == typeof(float)
            ? (value.AsInt32() >> count).As<int, T>()
            : (value.AsInt64() >> count).As<long, T>();

    public static Vector512<T> ShiftRightLogical(Vector512<T> value, int count) =>
        typeof(T) == typeof(float)
            ? (value.AsInt32() >>> count).As<int, T>()
            : (value.AsInt64() >>> count).As<long, T>();

    private static bool IsSelected(Vector512<T> mask, int lane) =>
        typeof(T) == typeof(float) ? mask.AsInt32().GetElement(lane) != 0 : mask.AsInt64().GetElement(lane) != 0;
}
