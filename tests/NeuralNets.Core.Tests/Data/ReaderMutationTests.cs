using System.Text;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

/// <summary>Small valid files with bytes changed, cut off, put in and taken out: nothing but success or
/// <see cref="InvalidDataException"/> may come of it. The seeds are fixed.</summary>
public class ReaderMutationTests
{
    private const int Cases = 3000;

    private static readonly byte[] s_idx = IdxFile.Write([.. Enumerable.Range(0, 96).Select(i => (byte)(i * 37))], 6, 4, 4);

    private static readonly byte[] s_csv = Encoding.UTF8.GetBytes(
        "label,\"a\",b,c,d\r\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"{i},{i * 20},0, 7,255\r\n")));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadIdx_MutatedFile_SucceedsOrThrowsInvalidData(bool gzip)
    {
        byte[] labels = IdxFile.Write([1, 2, 3, 4, 5, 6], 6);
        Mutate(gzip ? TempDirectory.Gzip(s_idx) : s_idx, seed: 1, (file, stream) =>
        {
            IdxArray array = IdxReader.Read(stream, "file");
            array.Dimensions.Aggregate(1, (product, dimension) => product * dimension).Should().Be(array.Data.Length);
            IdxReader.ReadImages(new MemoryStream(file), "file", new MemoryStream(labels), "labels").Count.Should().Be(6);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadCsv_MutatedFile_SucceedsOrThrowsInvalidData(bool gzip)
    {
        Mutate(gzip ? TempDirectory.Gzip(s_csv) : s_csv, seed: 2, (file, stream) =>
        {
            LabelledImages images = CsvImageReader.Read(stream, "file");
            images.Pixels.Length.Should().Be(images.Count * images.PixelsPerImage);
            CsvImageReader.Read(new MemoryStream(file), "file", "label").Count.Should().BeInRange(1, 13);
        });
    }

    private static void Mutate(byte[] valid, int seed, Action<byte[], Stream> read)
    {
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < Cases; i++)
        {
            byte[] file = Mutate(valid, random);
            try
            {
                read(file, i % 2 == 0 ? new MemoryStream(file) : new TrickleStream(file));
            }
            catch (InvalidDataException exception)
            {
                exception.Message.Should().NotBeEmpty();
                refused++;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Case {i}: {Convert.ToHexString(file)}", exception);
            }
        }

        refused.Should().BeGreaterThan(Cases / 4); // The mutations do bite.
    }

    private static byte[] Mutate(byte[] valid, Random random)
    {
        List<byte> file = [.. valid];
        for (int edits = random.Next(1, 4); edits > 0 && file.Count > 0; edits--)
        {
            // Half of the edits go into the first bytes, where the headers are.
            int at = random.Next(random.Next(2) == 0 ? Math.Min(file.Count, 24) : file.Count);
            switch (random.Next(6))
            {
                case 0:
                    file[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    file[at] = (byte)random.Next(256);
                    break;
                case 2:
                    file[at] = (byte)"\n\r,\" 9-x\0"[random.Next(9)];
                    break;
                case 3:
                    file.RemoveAt(at);
                    break;
                case 4:
                    file.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    file.RemoveRange(at, file.Count - at);
                    break;
            }
        }

        return [.. file];
    }
}
