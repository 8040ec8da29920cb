using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralNets.Core.Kernels;

/// <summary>The 128-bit lane: the platform's <see cref="Vector128{T}"/>.</summary>
internal readonly unsafe struct Lane128<T> : ILane<T, Vector128<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector128<T>.Count;

    public static int Registers => X86Base.IsSupported && !Avx512F.VL.IsSupported ? 16 : 32;

    public static Vector128<T> Load(T* source) => Vector128.Load(source);

    public static void Prefetch(T* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    public static void Store(Vector128<T> value, T* destination) => value.Store(destination);

    public static Vector128<T> FirstLanes(int count) =>
        typeof(T) == typeof(float)
            ? Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).As<int, T>()
            : Vector128.LessThan(Vector128<long>.Indices, Vector128.Create((long)count)).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> LoadMasked(T* source, Vector128<T> mask)
    {
        if (Avx.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? Avx.MaskLoad((float*)source, mask.AsSingle()).As<float, T>()
                : Avx.MaskLoad((double*)source, mask.AsDouble()).As<double, T>();
        }

        Vector128<T> value = Vector128<T>.Zero;
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
    public static void StoreMasked(Vector128<T> value, T* destination, Vector128<T> mask)
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
    public static Vector128<T> LoadBytes(byte* source)
    {
        if (Sse41.IsSupported && typeof(T) == typeof(float))
        {
            return Sse2.ConvertToVector128Single(Sse41.ConvertToVector128Int32(source)).As<float, T>();
        }

        Vector128<T> value = Vector128<T>.Zero;
        for (int i = 0; i < Count; i++)
        {
            value = value.WithElement(i, T.CreateTruncating(source[i]));
        }

        return value;
    }

    public static Vector128<T> Broadcast(T value) => Vector128.Create(value);

    public static Vector128<T> BroadcastBits(long bits) =>
        typeof(T) == typeof(float)
            ? Vector128.Create((int)bits).As<int, T>()
            : Vector128.Create(bits).As<long, T>();

    public static Vector128<T> Add(Vector128<T> left, Vector128<T> right) => left + right;

    public static Vector128<T> Subtract(Vector128<T> left, Vector128<T> right) => left - right;

    public static Vector128<T> Multiply(Vector128<T> left, Vector128<T> right) => left * right;

    public static Vector128<T> Divide(Vector128<T> left, Vector128<T> right) => left / right;

    public static Vector128<T> Sqrt(Vector128<T> value) => Vector128.Sqrt(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> FusedMultiplyAdd(Vector128<T> a, Vector128<T> b, Vector128<T> c) =>
        typeof(T) == typeof(float)
            ? Vector128.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector128.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    public static Vector128<T> Max(Vector128<T> left, Vector128<T> right) => Vector128.Max(left, right);

    public static Vector128<T> Abs(Vector128<T> value) => Vector128.Abs(value);

    public static Vector128<T> LessThan(Vector128<T> left, Vector128<T> right) => Vector128.LessThan(left, right);

    public static Vector128<T> EqualTo(Vector128<T> left, Vector128<T> right) => Vector128.Equals(left, right);

    public static ulong SignBits(Vector128<T> mask) => Vector128.ExtractMostSignificantBits(mask);

    public static bool AreAllBitsZero(Vector128<T> value) => value.AsInt32() == Vector128<int>.Zero;

    public static ulong AllSignBits => (1ul << Count) - 1;

    public static Vector128<T> Select(Vector128<T> mask, Vector128<T> ifTrue, Vector128<T> ifFalse) =>
        Vector128.ConditionalSelect(mask, ifTrue, ifFalse);

    public static Vector128<T> And(Vector128<T> left, Vector128<T> right) => left & right;

    public static Vector128<T> Or(Vector128<T> left, Vector128<T> right) => left | right;

    public static Vector128<T> Xor(Vector128<T> left, Vector128<T> right) => left ^ right;

    public static Vector128<T> AddBits(Vector128<T> left, Vector128<T> right) =>
        typeof(T) == typeof(float)
            ? (left.AsInt32() + right.AsInt32()).As<int, T>()
            : (left.AsInt64() + right.AsInt64()).As<long, T>();

    public static Vector128<T> SubtractBits(Vector128<T> left, Vector128<T> right) =>
        typeof(T) == typeof(float)
            ? (left.AsInt32() - right.AsInt32()).As<int, T>()
            : (left.AsInt64() - right.AsInt64()).As<long, T>();

    public static Vector128<T> MaxBits(Vector128<T> left, Vector128<T> right) =>
        typeof(T) == typeof(float)
            ? Vector128.Max(left.AsInt32(), right.AsInt32()).As<int, T>()
            : Vector128.Max(left.AsInt64(), right.AsInt64()).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> MultiplyLowHalves(Vector128<T> left, Vector128<T> right) =>
        Sse2.IsSupported
            ? Sse2.Multiply(left.AsUInt32(), right.AsUInt32()).As<ulong, T>()
            : ((left.AsUInt64() & Vector128.Create((ulong)uint.MaxValue))
                * (right.AsUInt64() & Vector128.Create((ulong)uint.MaxValue))).As<ulong, T>();

    public static Vector128<T> ShiftLeft(Vector128<T> value, int count) =>
        typeof(T) == typeof(float)
            ? (value.AsInt32() << count).As<int, T>()
            : (value.AsInt64() << count).As<long, T>();

    public static Vector128<T> ShiftRightArithmetic(Vector128<T> value, int count) =>
        typeof(T) == typeof(float)
            ? (value.AsInt32() >> count).As<int, T>()
            : (value.AsInt64() >> count).As<long, T>();

    public static Vector128<T> ShiftRightLogical(Vector128<T> value, int count) =>
        typeof(T) == typeof(float)
            ? (value.AsInt32() >>> count).As<int, T>()
            : (value.AsInt64() >>> count).As<long, T>();

    private static bool IsSelected(Vector128<T> mask, int lane) =>
        typeof(T) == typeof(float) ? mask.AsInt32().GetElement(lane) != 0 : mask.AsInt64().GetElement(lane) != 0;
}
