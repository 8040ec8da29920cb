using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>Reading and writing in another process: beside one that does the same, or with fewer rights.</summary>
internal static class FileScenario
{
    /// <summary>What <see cref="WriteUntilTold"/> writes.</summary>
    public static byte[] Content { get; } = [7, 8, 9];

    /// <summary>Begins to write a file, says so, and ends when its input does.</summary>
    public static void WriteUntilTold(string path) => AtomicFile.Write(path, stream =>
    {
        stream.Write(Content);
        stream.Flush();
        Console.WriteLine("writing");
        Console.In.ReadToEnd();
    });

    /// <summary>Begins to write a data set, says so, and ends when its input does.</summary>
    public static void WriteDatasetUntilTold(string path)
    {
        using DatasetWriter<float> writer = DatasetFile.Create<float>(path, featureCount: 100, classCount: 2);
        for (int i = 0; i < 10_000; i++)
        {
            writer.Add(new byte[100], i % 2, weight: 1);
        }

        Console.WriteLine("writing");
        Console.In.ReadToEnd();
        writer.Complete();
    }

    /// <summary>Saves a network.</summary>
    public static void Save(string path) => NetworkFile.Save(path, Network());

    public static Network<float> Network() => new([3, 4, 2], new Relu<float>(), seed: 1);

    /// <summary>Prints what becomes of files that must not be read, written, made or replaced.</summary>
    public static void PrintWithoutRights(string folder)
    {
        string unreadable = Path.Combine(folder, "unreadable");
        Print("read network", () => NetworkFile.Load<float>(unreadable));
        Print("read layers", () => NetworkFile.LoadLayers<float>(unreadable, ["a"], []));
        Print("read checkpoint", () => CheckpointFile.Load<float>(unreadable));
        Print("read idx", () => IdxReader.Read(unreadable));
        Print("read images", () => IdxReader.ReadImages(unreadable, unreadable));
        Print("read csv", () => CsvImageReader.Read(unreadable));
        Print("read named csv", () => CsvImageReader.Read(unreadable, "label"));
        Print("write read-only", () => Save(Path.Combine(folder, "read-only")));
        Print("write new", () => Save(Path.Combine(folder, "closed", "new")));
        Print("write there", () => Save(Path.Combine(folder, "closed", "there")));
    }

    private static void Print(string what, Action act)
    {
        try
        {
            act();
            Console.WriteLine($"{what}: done");
        }
        catch (Exception exception)
        {
            Console.WriteLine($"{what}: {exception.GetType().Name}: {exception.Message}");
        }
    }
}
