using System.Numerics;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// The operations that the kernels need of a hardware vector: one implementation per width, so that each kernel is
/// written once. The members are static and the implementations are empty structs: the JIT compiles a kernel anew for
/// each of them and every call below becomes one instruction.
/// </summary>
/// <remarks>
/// Every arithmetic operation is the IEEE 754 one, lane by lane, so a lane's result depends neither on the width nor on
/// its position. Nothing here is of the <c>…Native</c> or <c>…Estimate</c> kind, and nothing contracts <c>a·b + c</c>
/// unless <see cref="FusedMultiplyAdd"/> is written.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <typeparam name="TVector">The vector type, <c>Vector128</c>, <c>Vector256</c> or <c>Vector512</c> of
/// <typeparamref name="T"/>.</typeparam>
internal unsafe interface ILane<T, TVector>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : unmanaged
{
    /// <summary>The number of elements in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>The number of vector registers: it decides the shape of a register tile.</summary>
    static abstract int Registers { get; }

    static abstract TVector Load(T* source);

    /// <summary>Asks for memory to be brought into the cache, where the processor has such a hint. Never faults.</summary>
    static abstract void Prefetch(T* address);

    static abstract void Store(TVector value, T* destination);

    /// <summary>Returns a mask that selects the first <paramref name="count"/> lanes.</summary>
    static abstract TVector FirstLanes(int count);

    /// <summary>Loads the selected lanes and puts zeros in the others, whose memory is not touched.</summary>
    static abstract TVector LoadMasked(T* source, TVector mask);

    /// <summary>Stores the selected lanes; the memory of the others is not touched.</summary>
    static abstract void StoreMasked(TVector value, T* destination, TVector mask);

    /// <summary>Loads as many bytes as there are lanes and converts each to a number.</summary>
    static abstract TVector LoadBytes(byte* source);

    static abstract TVector Broadcast(T value);

    /// <summary>Returns a vector whose every lane has the low bits of <paramref name="bits"/> (32 for float, 64 for double).</summary>
    static abstract TVector BroadcastBits(long bits);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    /// <summary>Returns the square root, correctly rounded.</summary>
    static abstract TVector Sqrt(TVector value);

    /// <summary>Computes <c>a·b + c</c>, rounded once.</summary>
    static abstract TVector FusedMultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>Returns the IEEE 754-2019 maximum: NaN if either is NaN, and +0 is greater than −0.</summary>
    static abstract TVector Max(TVector left, TVector right);

    /// <summary>Returns the value without its sign, also of NaN.</summary>
    static abstract TVector Abs(TVector value);

    /// <summary>Sets all bits of a lane where <c>left &lt; right</c>, and none where either is NaN.</summary>
    static abstract TVector LessThan(TVector left, TVector right);

    /// <summary>Sets all bits of a lane where <c>left == right</c>, and none where either is NaN.</summary>
    static abstract TVector EqualTo(TVector left, TVector right);

    /// <summary>Returns the sign bits of the lanes, the first lane's lowest: a mask as a number.</summary>
    static abstract ulong SignBits(TVector mask);

    /// <summary>Returns whether all bits of all lanes are 0: whether all lanes are +0.</summary>
    static abstract bool AreAllBitsZero(TVector value);

    /// <summary>What <see cref="SignBits"/> gives for a mask that selects all lanes.</summary>
    static abstract ulong AllSignBits { get; }

    /// <summary>Returns the lanes of <paramref name="ifTrue"/> where the mask's bits are set, of <paramref name="ifFalse"/>
    /// elsewhere.</summary>
    static abstract TVector Select(TVector mask, TVector ifTrue, TVector ifFalse);

    static abstract TVector And(TVector left, TVector right);

    static abstract TVector Or(TVector left, TVector right);

    static abstract TVector Xor(TVector left, TVector right);

    /// <summary>Adds the lanes' bit patterns as integers.</summary>
    static abstract TVector AddBits(TVector left, TVector right);

    /// <summary>Subtracts the lanes' bit patterns as integers.</summary>
    static abstract TVector SubtractBits(TVector left, TVector right);

    /// <summary>Returns the lanes' greater bit patterns, as signed integers. Of numbers without a sign that is the greater one, and NaN if
    /// either is NaN, for less than <see cref="Max"/> costs.</summary>
    static abstract TVector MaxBits(TVector left, TVector right);

    /// <summary>Multiplies the low 32 bits of the lanes' bit patterns, as unsigned integers. For double only, whose lanes have room for
    /// the product.</summary>
    static abstract TVector MultiplyLowHalves(TVector left, TVector right);

    /// <summary>Shifts the lanes' bit patterns to the left.</summary>
    static abstract TVector ShiftLeft(TVector value, int count);

    /// <summary>Shifts the lanes' bit patterns to the right, filling with the sign.</summary>
    static abstract TVector ShiftRightArithmetic(TVector value, int count);

    /// <summary>Shifts the lanes' bit patterns to the right, filling with zeros.</summary>
    static abstract TVector ShiftRightLogical(TVector value, int count);
}
