using System.Diagnostics;
using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Serialization.CSharp;

/// <summary>The lane that computes nothing and records what a kernel does: see <see cref="SourceRecording"/>.</summary>
/// <remarks>It has the arithmetic. Memory, masks of lanes and bytes are the loops' around a kernel, which are not recorded.</remarks>
internal readonly unsafe struct SourceLane<T> : ILane<T, SourceValue>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => 1;

    public static int Registers => throw NotRecorded();

    public static ulong AllSignBits => throw NotRecorded();

    public static SourceValue Load(T* source) => throw NotRecorded();

    public static void Prefetch(T* address) => throw NotRecorded();

    public static void Store(SourceValue value, T* destination) => throw NotRecorded();

    public static SourceValue FirstLanes(int count) => throw NotRecorded();

    public static SourceValue LoadMasked(T* source, SourceValue mask) => throw NotRecorded();

    public static void StoreMasked(SourceValue value, T* destination, SourceValue mask) => throw NotRecorded();

    public static SourceValue LoadBytes(byte* source) => throw NotRecorded();

    public static SourceValue MultiplyLowHalves(SourceValue left, SourceValue right) => throw NotRecorded();

    public static bool AreAllBitsZero(SourceValue value) => throw NotRecorded();

    public static SourceValue MaxBits(SourceValue left, SourceValue right) => throw NotRecorded();

    public static ulong SignBits(SourceValue mask) => throw NotRecorded();

    public static SourceValue Broadcast(T value) =>
        SourceRecording.Current.Add(new SourceNode(SourceOperation.Constant, Bits: SourceRecording.BitsOf(value)));

    public static SourceValue BroadcastBits(long bits) =>
        SourceRecording.Current.Add(new SourceNode(SourceOperation.Constant, Bits: typeof(T) == typeof(float) ? (int)bits : bits));

    public static SourceValue Add(SourceValue left, SourceValue right) => Of(SourceOperation.Add, left, right);

    public static SourceValue Subtract(SourceValue left, SourceValue right) => Of(SourceOperation.Subtract, left, right);

    public static SourceValue Multiply(SourceValue left, SourceValue right) => Of(SourceOperation.Multiply, left, right);

    public static SourceValue Divide(SourceValue left, SourceValue right) => Of(SourceOperation.Divide, left, right);

    public static SourceValue Sqrt(SourceValue value) => Of(SourceOperation.Sqrt, value);

    public static SourceValue FusedMultiplyAdd(SourceValue a, SourceValue b, SourceValue c) =>
        SourceRecording.Current.Add(new SourceNode(SourceOperation.FusedMultiplyAdd, a.Index, b.Index, c.Index));

    public static SourceValue Max(SourceValue left, SourceValue right) => Of(SourceOperation.Max, left, right);

    public static SourceValue Abs(SourceValue value) => Of(SourceOperation.Abs, value);

    public static SourceValue LessThan(SourceValue left, SourceValue right) => Of(SourceOperation.LessThan, left, right);

    public static SourceValue EqualTo(SourceValue left, SourceValue right) => Of(SourceOperation.EqualTo, left, right);

    public static SourceValue Select(SourceValue mask, SourceValue ifTrue, SourceValue ifFalse) =>
        SourceRecording.Current.Add(new SourceNode(SourceOperation.Select, mask.Index, ifTrue.Index, ifFalse.Index));

    // Of a condition and a number: the number or +0.
    public static SourceValue And(SourceValue left, SourceValue right) =>
        IsCondition(left) ? Select(left, right, Broadcast(T.Zero))
        : IsCondition(right) ? Select(right, left, Broadcast(T.Zero))
        : Of(SourceOperation.And, left, right);

    public static SourceValue Or(SourceValue left, SourceValue right) => Of(SourceOperation.Or, left, right);

    // With the sign bit: the number with the other sign.
    public static SourceValue Xor(SourceValue left, SourceValue right) =>
        IsSignBit(right) ? Of(SourceOperation.Negate, left) : Of(SourceOperation.Xor, left, right);

    public static SourceValue AddBits(SourceValue left, SourceValue right) => Of(SourceOperation.AddBits, left, right);

    public static SourceValue SubtractBits(SourceValue left, SourceValue right) => Of(SourceOperation.SubtractBits, left, right);

    public static SourceValue ShiftLeft(SourceValue value, int count) => Shift(SourceOperation.ShiftLeft, value, count);

    public static SourceValue ShiftRightArithmetic(SourceValue value, int count) =>
        Shift(SourceOperation.ShiftRightArithmetic, value, count);

    public static SourceValue ShiftRightLogical(SourceValue value, int count) => Shift(SourceOperation.ShiftRightLogical, value, count);

    private static SourceValue Of(SourceOperation operation, SourceValue value) =>
        SourceRecording.Current.Add(new SourceNode(operation, value.Index));

    private static SourceValue Of(SourceOperation operation, SourceValue left, SourceValue right) =>
        SourceRecording.Current.Add(new SourceNode(operation, left.Index, right.Index));

    private static SourceValue Shift(SourceOperation operation, SourceValue value, int count) =>
        SourceRecording.Current.Add(new SourceNode(operation, value.Index, Bits: count));

    private static bool IsCondition(SourceValue value) => SourceRecording.Current.Nodes[value.Index].IsCondition;

    private static bool IsSignBit(SourceValue value) =>
        SourceRecording.Current.Nodes[value.Index] is { Operation: SourceOperation.Constant } node
        && node.Bits == SourceRecording.Current.SignBit;

    private static UnreachableException NotRecorded() => new("A function of one number needs no memory.");
}
