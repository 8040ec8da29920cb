namespace NeuralNets.Core.Kernels;

/// <summary>
/// The counter-based random number generator Philox4x32-10: a draw is a function of (seed, stream, index) and of nothing else.
/// Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
/// </summary>
internal static class Philox
{
    public const uint Multiplier0 = 0xD2511F53;
    public const uint Multiplier1 = 0xCD9E8D57;
    public const uint Weyl0 = 0x9E3779B9; // the golden ratio
    public const uint Weyl1 = 0xBB67AE85; // √3 − 1
    public const int Rounds = 10;

    /// <summary>Returns 64 random bits.</summary>
    public static ulong Draw(ulong seed, ulong stream, ulong index)
    {
        (uint c0, uint c1, _, _) = Block(
            (uint)index, (uint)(index >> 32), (uint)stream, (uint)(stream >> 32), (uint)seed, (uint)(seed >> 32));
        return c0 | ((ulong)c1 << 32);
    }

    /// <summary>Computes a block of the generator: 128 random bits from a 128-bit counter and a 64-bit key.</summary>
    public static (uint C0, uint C1, uint C2, uint C3) Block(uint c0, uint c1, uint c2, uint c3, uint key0, uint key1)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0;
            ulong product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = (
                (uint)(product1 >> 32) ^ c1 ^ key0, (uint)product1,
                (uint)(product0 >> 32) ^ c3 ^ key1, (uint)product0);
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return (c0, c1, c2, c3);
    }
}
