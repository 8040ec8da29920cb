using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NeuralNets.Core.Data;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Serialization;
using NeuralNets.Core.Training;
using Xunit.Abstractions;

namespace NeuralNets.Core.Tests.Fuzz;

/// <summary>
/// Files that are damaged, or made up from parts that might fit: a reader returns what is in them or throws
/// <see cref="InvalidDataException"/>, and takes no more memory than a small multiple of the file. The seeds are fixed.
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly byte[] s_idx = IdxFile.Write([.. Enumerable.Range(0, 96).Select(i => (byte)(i * 37))], 6, 4, 4);
    private static readonly byte[] s_labels = IdxFile.Write([1, 2, 3, 4, 5, 6], 6);

    private static readonly byte[][] s_csv =
    [
        Encoding.UTF8.GetBytes("label,\"a\",b,c,d\r\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"{i},{i * 20},0, 7,255\r\n"))),
        "\ufeff1,2,3\n4,5,6\n7,8,9"u8.ToArray(),
        "\"a \"\"b\"\"\" , label\t,x\n0,1,2\n\n\n"u8.ToArray(),
    ];

    private static readonly (string, string)[] s_damage =
    [
        ("<begin>", "0"), ("<end>", "9223372036854775807"), ("<begin>", "-1"), ("<end>", "\"4\""), ("<end>", "4.0"), ("<begin>,<end>",
            "<end>,<begin>"),
        ("<begin>,<end>", "<begin>"), ("[<begin>,<end>]", "null"), ("\"shape\":[", "\"shape\":[4611686018427387904,4,"), ("\"shape\":[",
            "\"shape\":[1,"),
        ("\"shape\":[", "\"shape\":[0,"), ("\"shape\":[", "\"shape\":[-1,"), ("\"shape\":[", "\"shape\":[[],"), ("\"shape\":[",
            "\"shape\":[2e0,"),
        ("dtype\":\"", "dtype\":\"f"), ("\"dtype\":\"", "\"dtype\":\"\\ud800"), ("\"dtype\":", "\"dtype\":1,\"x\":"), ("\"dtype\"",
            "\"type\""),
        ("{", "{\"x\":[[[[]]]],"), ("{", "{\"dtype\":\"F32\","), ("{", "[{"), ("}", ",}"), ("\":{", "\\ud800\":{"), ("]}", "]"), ("\"",
            "'"),
    ];

    [Fact]
    public void ReadIdx_DamagedFile_SucceedsOrThrowsInvalidData() =>
        Fuzz(Mutation.MaybeGzip(Mutation.Of([s_idx, s_labels])), seed: 1, ReadIdx);

    [Fact]
    public void ReadIdx_MadeUpFile_SucceedsOrThrowsInvalidData() => Fuzz(
        Mutation.MaybeGzip(
            from type in Gen.Elements<byte>(8, 8, 8, 8, 9, 13, 0, 255)
            from count in Gen.Choose(0, 6)
            from dimensions in Gen.ArrayOf(Gen.Frequency((4, Gen.Choose(0, 6).Select(d =>
                (long)d)), (1, Gen.Elements(Mutation.AwkwardNumbers))), count)
            from length in Gen.OneOf(
                Gen.Choose(0, 300), Gen.Constant((int)Math.Min(300, dimensions.Aggregate(1.0, (product, dimension) =>
                    product * (uint)dimension))))
            select Idx(type, dimensions, length)),
        seed: 2,
        ReadIdx);

    [Fact]
    public void ReadCsv_DamagedFile_SucceedsOrThrowsInvalidData() => Fuzz(Mutation.MaybeGzip(Mutation.Of(s_csv)), seed: 3, ReadCsv);

    [Fact]
    public void ReadCsv_MadeUpFile_SucceedsOrThrowsInvalidData() => Fuzz(
        Mutation.MaybeGzip(
            from columns in Gen.Choose(1, 5)
            from rows in Gen.Choose(0, 6)
            from fields in Gen.ArrayOf(
                Gen.Frequency(
                    (60, Gen.Choose(0, 255).Select(n => $"{n}")),
                    (4, Gen.Elements(" 7", "7\t", "\t 255 ", "007")),
                    (1, Gen.Elements("", "256", "\"1\"", "\"", "\u00e4", "\ufeff", "NaN", "1e3", "-1", "0x1", "\0", "\r", ",", "\n",
                        "99999999999999999999"))),
                columns * rows)
            from header in Gen.Elements("", "", "label,a,b,c,d", "\"label\", \"a,\"\"b\"", "a,label", "\"a", "\"a\"x", "\ufefflabel,b")
            from end in Gen.Elements("\n", "\n", "\n", "\r\n", "\r", "\n\n")
            select Encoding.UTF8.GetBytes(
                string.Join(end, new[] { header }.Where(row => row.Length > 0).Concat(fields.Chunk(columns).Select(row =>
                    string.Join(',', row)))))),
        seed: 4,
        ReadCsv);

    [Fact]
    public void ReadSafetensors_DamagedFile_SucceedsOrThrowsInvalidData()
    {
        byte[] large = SafetensorsBytes.Of(
            """{"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11],"x":[{}]},"a\u0062":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}""", 11);

        Fuzz(Mutation.Of([large, SafetensorsBytes.Of("{}   "), Unsealed()], headerLength: 120), seed: 5, ReadSafetensors);
    }

    [Fact]
    public void ReadSafetensors_MadeUpHeader_SucceedsOrThrowsInvalidData() => Fuzz(
        from count in Gen.Choose(0, 4)
        from entries in Gen.ArrayOf(Entries, count)
        from open in Gen.Frequency(
            (8, Gen.Constant("{")), (4, Gen.Elements("{\"__metadata__\":{\"a\":\"b\"}", "{\"__metadata__\":null")), (1, Gen.Elements(" {",
                "[", "", "{,")))
        from close in Gen.Frequency((8, Gen.Elements("}", "}  ")), (1, Gen.Elements("}\0", ",}", "}}", "", "]")))
        from rest in Gen.Frequency((8, Gen.Constant(0)), (1, Gen.Choose(-3, 3)))
        select MadeUp(open, entries, close, rest),
        seed: 6,
        ReadSafetensors);

    [Fact]
    public void LoadNetwork_DamagedFile_SucceedsOrThrowsInvalidData() => Fuzz(
        Mutation.Of([Unsealed()], headerLength: 700), seed: 7, (stream, _) =>
    {
        Network<float> network = NetworkFile.Load<float>(stream, "file", [new Softsign<float>()]);
        network.Layers.Should().HaveCountLessThan(10);
    });

    [Fact]
    public void LoadNetwork_DamagedDoubles_SucceedsOrThrowsInvalidData() => Fuzz(
        Mutation.Of([Unsealed(new Network<double>([3, 4, 2], new Softsign<double>(), seed: 1))], headerLength: 500), seed: 8, (stream, _) =>
    {
        Network<float> network = NetworkFile.Load<float>(stream, "file", [new Softsign<float>()], allowRounding: true);
        network.Layers.Should().HaveCountLessThan(10);
    });

    [Fact]
    public void LoadLayers_DamagedFile_SucceedsOrThrowsInvalidData() => Fuzz(
        Mutation.Of([Unsealed()], headerLength: 700), seed: 9, (stream, _) =>
        NetworkFile.LoadLayers<double>(stream, "file", ["layers.1", "layers.2"], [new Softsign<double>()]).InputCount
            .Should().BePositive());

    /// <summary>A file with checksums that is damaged in up to four places: it has what was saved, or it is refused.</summary>
    [Fact]
    public void LoadNetwork_DamagedFileWithChecksums_HasWhatWasSavedOrThrowsInvalidData()
    {
        Network<float> saved = SmallNetwork();
        string expected = $"{saved} {saved.ComputeParametersSha256()}";

        // Some files are not damaged but in what is ignored, or not at all.
        Gen<byte[]> files = Gen.Frequency((3, Mutation.Of([Saved(saved)], headerLength: 800)), (2, Gen.Constant(Saved(saved))));
        Fuzz(files, seed: 11, (stream, _) =>
        {
            Network<float> network = NetworkFile.Load<float>(stream, "file", [new Softsign<float>()]);
            $"{network} {network.ComputeParametersSha256()}".Should().Be(expected);
        });
    }

    [Fact]
    public void LoadCheckpoint_DamagedFile_SucceedsOrThrowsInvalidData()
    {
        using var folder = new TempDirectory();
        var trainer = new Core.Training.GradientDescentTrainer<float>(new Network<float>([3, 4, 2],
            new Core.Activations.LeakyRelu<float>(), seed: 1))
        { BatchSize = 4 };
        CheckpointFile.Save(folder.File("checkpoint"), trainer);
        byte[] valid = SafetensorsBytes.WithoutChecksums(File.ReadAllBytes(folder.File("checkpoint")));

        Fuzz(Mutation.Of([valid], headerLength: 900), seed: 10, (stream, _) =>
            CheckpointFile.Load<float>(stream, "file").EpochsCompleted.Should().BeGreaterThanOrEqualTo(0));
    }

    [Fact]
    public void ReadDataset_DamagedFileWithoutChecksums_SucceedsOrThrowsInvalidData()
    {
        byte[][] files = [.. DatasetSamples.KindNames.Select(Foreign)];

        Fuzz(Mutation.Of(files, headerLength: 200), seed: 12, (stream, _) =>
        {
            DatasetContent<double> content;
            try
            {
                content = DatasetContent<double>.Read(stream, "file", classCount: null, scaling: null);
            }
            catch (ArgumentException exception) when (exception.ParamName == "classCount")
            {
                stream.Position = 0;
                content = DatasetContent<double>.Read(stream, "file", classCount: 5, scaling: null);
            }

            content.Targets.Count.Should().Be(content.Tensors.Count).And.BePositive();
            content.Tensors.FeatureCount.Should().BePositive();
            double.IsFinite(content.Largest).Should().BeTrue();
        });
    }

    /// <summary>A file with checksums that is damaged in up to four places: it has what was saved, or it is refused.</summary>
    [Fact]
    public void VerifyAndOpenDataset_DamagedFileWithChecksums_HasWhatWasSavedOrThrowsInvalidData()
    {
        using var folder = new TempDirectory();
        string path = folder.File("file");
        Dataset<float> set = DatasetSamples.Create<float>("numbers with weights").Take(20);
        DatasetFile.Save(path, set);
        byte[] saved = File.ReadAllBytes(path);
        DatasetFingerprint expected = set.Fingerprint;
        int opened = 0;

        Gen<byte[]> files = Gen.Frequency((3, Mutation.Of([saved], headerLength: 1200)), (2, Gen.Constant(saved)));
        Fuzz(files, seed: 13, (stream, file) =>
        {
            DatasetFile.Verify(stream, "file");
            if (opened++ % 20 == 0)
            {
                File.WriteAllBytes(path, file);
                DatasetFile.Open<float>(path).Fingerprint.Should().Be(expected);
            }
        });
        opened.Should().BePositive();
    }

    /// <summary>A data set as another program writes it: without metadata, and without spaces after the header.</summary>
    private static byte[] Foreign(string kind)
    {
        using var folder = new TempDirectory();
        DatasetFile.Save(folder.File("set"), DatasetSamples.Create<double>(kind).Take(7));
        return SafetensorsBytes.WithoutMetadata(File.ReadAllBytes(folder.File("set")));
    }

    /// <summary>Entries of a header, most of them as they should be: <c>{0}</c> and <c>{1}</c> stand for the offsets, and the size is
    /// given with it.</summary>
    private static Gen<(string Text, int Size)> Entries =>
        from name in Gen.Elements("a", "b", "c", "d", "e", "", "\\u0061", "\\n", "\\ud83d\\ude00", "x y")
        from type in Gen.Elements(("F32", 4), ("U8", 1), ("F64", 8), ("BF16", 2))
        from shape in Gen.Choose(0, 3).SelectMany(count => Gen.ArrayOf(Gen.Choose(0, 4), count))
        let size = shape.Aggregate(type.Item2, (product, dimension) => product * dimension)
        let valid = $"\"{name}\":{{\"dtype\":\"{type.Item1}\",\"shape\":[{string.Join(",", shape)}],\"data_offsets\":[<begin>,<end>]}}"
        from damage in Gen.Frequency((12, Gen.Constant(("", ""))), (1, Gen.Elements(s_damage)))
        select (damage.Item1.Length == 0 ? valid : valid.Replace(damage.Item1, damage.Item2, StringComparison.Ordinal), size);

    private static byte[] MadeUp(string open, (string Text, int Size)[] entries, string close, int rest)
    {
        int end = 0;
        var texts = new List<string>();
        foreach ((string text, int size) in entries)
        {
            texts.Add(text.Replace("<begin>", $"{end}", StringComparison.Ordinal).Replace("<end>", $"{end + size}",
                StringComparison.Ordinal));
            end += size;
        }

        string separator = open.Length > 1 && texts.Count > 0 ? "," : string.Empty;
        return SafetensorsBytes.Of(open + separator + string.Join(",", texts) + close, Math.Max(0, end + rest));
    }

    private void Fuzz(Gen<byte[]> files, int seed, Action<Stream, byte[]> read) => ReaderFuzz.Run(output, files, seed, read);

    private static void ReadIdx(Stream stream, byte[] file)
    {
        ByteTensor array = IdxReader.Read(stream, "file");
        array.Dimensions.Aggregate(1L, (product, dimension) => product * dimension).Should().Be(array.Data.Length);
        IfNotRefused(() => IdxReader.ReadImages(new MemoryStream(file), "file", new MemoryStream(s_labels), "labels").Count.Should().Be(6));
    }

    private static void ReadCsv(Stream stream, byte[] file)
    {
        LabeledImages images = CsvImageReader.Read(stream, "file");
        images.Pixels.Length.Should().Be(images.Count * images.PixelsPerImage);
        IfNotRefused(() => CsvImageReader.Read(new MemoryStream(file), "file", "label").Count.Should().BePositive());
        IfNotRefused(() => CsvImageReader.ReadUnlabeled(new MemoryStream(file), "file").Data.Length.Should().BePositive());
        IfNotRefused(() => CsvImageReader.Read(new MemoryStream(file), "file", ^1, CsvHeader.Absent, height: 2).Height.Should().Be(2));
    }

    private static void IfNotRefused(Action read)
    {
        try
        {
            read();
        }
        catch (InvalidDataException)
        {
            // Another way to read the same file, which may want more of it.
        }
    }

    private static void ReadSafetensors(Stream stream, byte[] file)
    {
        var reader = new SafetensorsReader(stream, "file");
        reader.Entries.Sum(entry => entry.End - entry.Begin).Should().BeLessThanOrEqualTo(file.Length);
        foreach (SafetensorsEntry entry in reader.Entries)
        {
            reader[entry.Name].Should().BeSameAs(entry);
            reader.Seek(entry).ReadExactly(new byte[entry.End - entry.Begin]);
        }
    }

    private static Network<float> SmallNetwork() => new(
        3,
        [
            new(4, new Core.Activations.LeakyRelu<float>()), new(3, new Softsign<float>()), new(2, new Core.Activations.Softmax<float>()),
        ],
        seed: 1);

    private static byte[] Unsealed() => Unsealed(SmallNetwork());

    /// <summary>Without checksums, which would let few damaged files come as far as the checks behind them.</summary>
    private static byte[] Unsealed<T>(Network<T> network)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => SafetensorsBytes.WithoutChecksums(Saved(network));

    private static byte[] Saved<T>(Network<T> network)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var stream = new MemoryStream();
        NetworkFile.Save(stream, network);
        return stream.ToArray();
    }

    private static byte[] Idx(byte type, long[] dimensions, int length)
    {
        byte[] header = IdxFile.Header([.. dimensions.Select(dimension => (uint)dimension)]);
        header[2] = type;
        return [.. header, .. new byte[length]];
    }
}
