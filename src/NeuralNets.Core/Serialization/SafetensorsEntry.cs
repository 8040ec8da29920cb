namespace NeuralNets.Core.Serialization;

/// <summary>What a safetensors header says of one tensor.</summary>
/// <param name="Name">The name, any text.</param>
/// <param name="Dtype">The type of the elements, for instance F32.</param>
/// <param name="Shape">The dimensions, the last one innermost; none for a scalar. Of more than <see cref="KeptDimensions"/>, the
/// first.</param>
/// <param name="Begin">The offset of the first byte, from the end of the header.</param>
/// <param name="End">The offset after the last byte.</param>
internal sealed record SafetensorsEntry(string Name, string Dtype, long[] Shape, long Begin, long End)
{
    /// <summary>One more than are shown. A network's tensors have two at most, so the others need no memory.</summary>
    public const int KeptDimensions = ShownDimensions + 1;

    private const int ShownDimensions = 8;

    /// <summary>Returns the size of an element in bits, or 0 for a type that is not known here.</summary>
    public static int BitsOf(string dtype) => dtype switch
    {
        "F4" => 4,
        "F6_E2M3" or "F6_E3M2" => 6,
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" => 8,
        "U16" or "I16" or "F16" or "BF16" => 16,
        "U32" or "I32" or "F32" => 32,
        "U64" or "I64" or "F64" or "C64" => 64,
        _ => 0,
    };

    /// <summary>Returns the number of bytes that elements of such a shape take.</summary>
    /// <returns>Null where it overflows, however small later dimensions make it, or is not a whole number.</returns>
    public static long? BytesOf(string dtype, ReadOnlySpan<long> shape)
    {
        ulong? count = 1;
        foreach (long dimension in shape)
        {
            count = Times(count, dimension);
        }

        return BytesOf(dtype, count);
    }

    /// <inheritdoc cref="BytesOf(string, ReadOnlySpan{long})"/>
    public static long? BytesOf(string dtype, ulong? count)
    {
        UInt128? bits = (UInt128?)count * (UInt128)BitsOf(dtype);
        return bits % 8 != 0 || bits / 8 > long.MaxValue ? null : (long?)(bits / 8);
    }

    /// <summary>Returns the number of elements with one more dimension: null where it overflows, or did before.</summary>
    public static ulong? Times(ulong? count, long dimension)
    {
        UInt128? product = (UInt128?)count * (UInt128)dimension; // 64 bits times 63: no overflow.
        return product > ulong.MaxValue ? null : (ulong?)product;
    }

    /// <summary>Returns the type and shape.</summary>
    /// <returns>For instance <c>F32 [128, 784]</c>.</returns>
    public override string ToString() =>
        $"{Dtype} [{string.Join(", ", Shape.Take(ShownDimensions))}{(Shape.Length > ShownDimensions ? ", …" : string.Empty)}]";
}
