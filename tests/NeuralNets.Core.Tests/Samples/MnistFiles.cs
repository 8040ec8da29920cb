using System.Text;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Samples;

/// <summary>The sample's images, and files made of some of them.</summary>
internal static class MnistFiles
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "data");

    public static LabeledImages Training { get; } = Read("train");

    public static LabeledImages Test { get; } = Read("t10k");

    /// <summary>The images as CSV without a header, with the labels in the last column.</summary>
    public static byte[] ToCsv(LabeledImages images)
    {
        var text = new StringBuilder();
        for (int i = 0; i < images.Count; i++)
        {
            text.AppendJoin(',', images.GetImage(i).ToArray()).Append(',').Append(images.Labels.Span[i]).Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Writes the first images as IDX files, for runs that are to be short.</summary>
    /// <returns>The folder.</returns>
    public static string WriteIdx(TempDirectory folder, int training, int test)
    {
        Write("train", Training.Take(training));
        Write("t10k", Test.Take(test));
        return folder.File(".");

        void Write(string prefix, LabeledImages images)
        {
            byte[] pixels = IdxFile.Write(images.Pixels.ToArray(), images.Count, images.Height, images.Width);
            folder.Write($"{prefix}-images-idx3-ubyte", pixels);
            folder.Write($"{prefix}-labels-idx1-ubyte", IdxFile.Write(images.Labels.ToArray(), images.Count));
        }
    }

    private static LabeledImages Read(string prefix) => IdxReader.ReadImages(
        Path.Combine(s_folder, $"{prefix}-images-idx3-ubyte.gz"), Path.Combine(s_folder, $"{prefix}-labels-idx1-ubyte.gz"));
}
