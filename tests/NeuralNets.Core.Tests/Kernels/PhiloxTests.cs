using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

public class PhiloxTests
{
    /// <summary>The vectors that Random123 publishes for philox4x32-10 (kat_vectors).</summary>
    [Fact]
    public void Block_PublishedVectors_GivesTheirResults()
    {
        Philox.Block(0, 0, 0, 0, 0, 0).Should().Be((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u));
        Philox.Block(uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue)
            .Should().Be((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu));
        Philox.Block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0)
            .Should().Be((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u));
    }

    [Fact]
    public void Draw_SeedStreamIndex_AreKeyAndCounterFromTheLowWordUp()
    {
        (uint low, uint high, _, _) = Philox.Block(0xffeeddcc, 0x01bbaa99, 0x55667788, 0x11223344, 0x9abcdef0, 0x12345678);

        Philox.Draw(0x123456789abcdef0, 0x1122334455667788, 0x01bbaa99ffeeddcc).Should().Be(low | ((ulong)high << 32));
    }

    /// <summary>Values of an independent implementation in Python: stored networks depend on them.</summary>
    [Fact]
    public void Draw_PinnedArguments_GivesPinnedBits()
    {
        Enumerable.Range(0, 4).Select(i => Philox.Draw(1, 1UL << 32, (ulong)i))
            .Should().Equal(0x1e047488127bee41, 0xa9634a0410cc6764, 0x970994fd3d4141de, 0x00f4e12fe25160af);
        Philox.Draw(0x123456789abcdef0, 0x1122334455667788, 0x99aabbccddeeff00).Should().Be(0x15b17bef5048f8ce);
    }

    [Fact]
    public void Draw_OneBitChangedAnywhere_ChangesAboutHalfOfTheBits()
    {
        double changed = 0;
        ulong original = Philox.Draw(1, 2, 3);
        for (int bit = 0; bit < 64; bit++)
        {
            ulong one = 1UL << bit;
            changed += BitOperations.PopCount(original ^ Philox.Draw(1 ^ one, 2, 3));
            changed += BitOperations.PopCount(original ^ Philox.Draw(1, 2 ^ one, 3));
            changed += BitOperations.PopCount(original ^ Philox.Draw(1, 2, 3 ^ one));
        }

        // 192 times 64 fair bits have a mean of 6144 and a standard deviation of 55.
        changed.Should().BeApproximately(6144, 300);
    }
}
