using NeuralNets.Core.Data;
using NeuralNets.Mnist.Options;

namespace NeuralNets.Mnist;

/// <summary>The images to train on and to test with.</summary>
internal sealed record Digits(LabeledImages Training, LabeledImages Test)
{
    public const int Classes = 10;

    /// <summary>Reads the images.</summary>
    /// <param name="settings">Where they are.</param>
    /// <param name="samples">How many training images are wanted, the first ones; null for all of them.</param>
    /// <exception cref="UserException">They cannot be used.</exception>
    public static Digits Load(DataSettings settings, int? samples = null)
    {
        Digits digits;
        try
        {
            digits = settings is { TrainCsv: { } train, TestCsv: { } test }
                ? new Digits(ReadCsv(train, settings.LabelColumn), ReadCsv(test, settings.LabelColumn))
                : new Digits(ReadIdx(settings.Folder, "train"), ReadIdx(settings.Folder, "t10k"));
        }
        catch (Exception exception)
            when (exception is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UserException(exception.Message);
        }

        if ((digits.Test.Height, digits.Test.Width) != (digits.Training.Height, digits.Training.Width))
        {
            throw new UserException(
                $"Test images must be as large as training images, {digits.Training.Height} x {digits.Training.Width}, "
                + $"but are {digits.Test.Height} x {digits.Test.Width}.");
        }

        if (samples > digits.Training.Count)
        {
            throw new UserException(
                $"--samples must be at most {digits.Training.Count}, the number of training images, but was {samples}.");
        }

        return samples is { } count ? digits with { Training = digits.Training.Take(count) } : digits;
    }

    /// <summary>Chooses some images at random, none twice.</summary>
    /// <returns>The numbers of the images.</returns>
    public static int[] Choose(LabeledImages images, int count, long seed)
    {
        int[] numbers = [.. Enumerable.Range(0, images.Count)];
        new Random(unchecked((int)(seed ^ (seed >> 32)))).Shuffle(numbers);
        return numbers[..Math.Min(count, numbers.Length)];
    }

    private static LabeledImages ReadCsv(FileInfo file, LabelColumn column) => Checked(
        column.Name is { } name ? CsvImageReader.Read(file.FullName, name) : CsvImageReader.Read(file.FullName, column.Position),
        file.FullName);

    private static LabeledImages ReadIdx(DirectoryInfo folder, string prefix)
    {
        string labels = Find(folder, $"{prefix}-labels-idx1-ubyte");
        return Checked(IdxReader.ReadImages(Find(folder, $"{prefix}-images-idx3-ubyte"), labels), labels);
    }

    /// <summary>Returns the file, or its gzip-compressed form if only that is there.</summary>
    private static string Find(DirectoryInfo folder, string name)
    {
        string plain = Path.Combine(folder.FullName, name);
        return File.Exists(plain) ? plain : plain + ".gz";
    }

    private static LabeledImages Checked(LabeledImages images, string file)
    {
        if (images.Count == 0)
        {
            throw new UserException($"{file}: there must be at least one image, but there is none.");
        }

        int wrong = images.Labels.Span.IndexOfAnyExceptInRange((byte)0, (byte)(Classes - 1));
        return wrong < 0
            ? images
            : throw new UserException(
                $"{file}: labels must be between 0 and {Classes - 1}, "
                + $"but image {wrong + 1} has label {images.Labels.Span[wrong]}.");
    }
}
