using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace NeuralNets.Core.Tests.Fuzz;

/// <summary>Gives files to a reader, which returns what is in them or throws <see cref="InvalidDataException"/>, and takes no more memory
/// than a small multiple of the file.</summary>
internal static class ReaderFuzz
{
    /// <summary>What the readers allocate in all, garbage included, for a byte of the file, and beyond that: their buffers, the
    /// messages and the stack traces.</summary>
    private const int BytesPerByte = 64;
    private const int FixedBytes = 1 << 20;

    public static int Cases { get; } = LocalRun.Cases(always: 2_000, exhaustive: 300_000);

    /// <summary>Reads each file by 1 byte, by 7 bytes and at once in turn.</summary>
    /// <param name="output">Receives how many were refused.</param>
    /// <param name="files">The files.</param>
    /// <param name="seed">The seed of their choice.</param>
    /// <param name="read">Reads a file, from a stream or its bytes.</param>
    /// <param name="fixedBytes">What it may allocate however small the file is.</param>
    public static void Run(ITestOutputHelper output, Gen<byte[]> files, int seed, Action<Stream, byte[]> read, int fixedBytes = FixedBytes)
    {
        int refused = 0;
        int count = 0;
        int step = 0;
        Prop.ForAll(files.ToArbitrary(), file =>
        {
            count++;
            step = (step % 3) + 1;
            using var stream = new HostileStream(file, step switch { 1 => 1, 2 => 7, _ => int.MaxValue });
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(stream, file);
            }
            catch (InvalidDataException exception)
            {
                exception.Message.Should().Contain("file").And.EndWith(".");
                refused++;
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return allocated <= fixedBytes + ((long)BytesPerByte * file.Length)
                ? true
                : throw new InvalidOperationException($"{allocated} bytes were allocated for a file of {file.Length}.");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay((ulong)seed, 1));

        output.WriteLine($"{count} files, {refused} of them refused");
        refused.Should().BeInRange(Cases / 4, Cases - 1, "the files are damaged, but some are still good");
    }
}
