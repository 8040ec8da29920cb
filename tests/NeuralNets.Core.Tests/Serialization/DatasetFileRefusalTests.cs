using System.Buffers.Binary;
using System.Runtime.InteropServices;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Training;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>Files of other programs, and files that are not what they should be.</summary>
public sealed class DatasetFileRefusalTests
{
    /// <summary>The order of Python's safetensors: the largest elements first, and nothing aligned to pages.</summary>
    [Fact]
    public void Open_FileOfAnotherProgram_IsTheSetInMemory()
    {
        using var folder = new TempDirectory();
        float[] features = [.. Enumerable.Range(0, 12).Select(i => i - 5.5f)];
        long[] labels = [2, 0, 1];
        string header = """
            {"labels":{"dtype":"I64","shape":[3],"data_offsets":[0,24]},"features":{"dtype":"F32","shape":[3,4],"data_offsets":[24,72]}}
            """.Trim();
        byte[] content = [.. MemoryMarshal.AsBytes<long>(labels), .. MemoryMarshal.AsBytes<float>(features)];
        Dataset<float> expected = Dataset<float>.FromRows(features.Chunk(4), labels.Select(label => (int)label), 3);
        for (int spaces = 0; spaces < 8; spaces++)
        {
            byte[] text = System.Text.Encoding.UTF8.GetBytes(header + new string(' ', spaces));
            string path = folder.Write("set", SafetensorsBytes.Of((ulong)text.Length, text, content));

            Dataset<float> opened = DatasetFile.Open<float>(path, classCount: 3);

            opened.Fingerprint.Should().Be(expected.Fingerprint, $"wherever the features begin, here with {spaces} spaces");
            opened.ToMatrix().Should().Be(expected.ToMatrix());
            opened.LargestFeature.Should().Be(5.5);
            DatasetFile.Open<double>(path, 3).ToMatrix().Map(value => (float)value).Should().Be(expected.ToMatrix());
        }
    }

    [Fact]
    public void Open_ImagesOfAnotherProgram_AreBytes()
    {
        using var folder = new TempDirectory();
        string path = folder.Write("set", Bytes("""
            {"features":{"dtype":"U8","shape":[2,2,3],"data_offsets":[0,12]},"labels":{"dtype":"U8","shape":[2],"data_offsets":[12,14]}}
            """, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 0]));
        var images = new LabeledImages(Enumerable.Range(1, 12).Select(i => (byte)i).ToArray(), (byte[])[1, 0], 2, 3);

        DatasetFile.Open<float>(path, 2).Fingerprint.Should().Be(Dataset<float>.FromImages(images, 2).Fingerprint);
        DatasetFile.Open<float>(path, 2, PixelScaling.None).Fingerprint
            .Should().Be(Dataset<float>.FromImages(images, 2, PixelScaling.None).Fingerprint);
        DatasetFile.Open<float>(path, 2, PixelScaling.ByMaximum(12)).Fingerprint
            .Should().Be(Dataset<float>.FromImages(images, 2, PixelScaling.ByMaximum(12)).Fingerprint);
        Refuses(
            () => DatasetFile.Open<float>(path, 2, PixelScaling.ByMaximum(9)),
            "*: With ByMaximum(9) pixels must be at most 9, but pixel 3 of image 1 is 10. State the largest value that they can have.");
        Refuses(() => DatasetFile.Verify(path), "*neuralnets.dataset and checksums*there is nothing to check the file against.");
    }

    [Fact]
    public void Open_VectorsOfValuesAndWeights_AreTaken()
    {
        using var folder = new TempDirectory();
        string path = folder.Write("set", Bytes("""
            {"features":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"values":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},
            "weights":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}}
            """, [.. MemoryMarshal.AsBytes<float>([1, 2, 3, 4, 0.5f, 0])]));

        Dataset<float> opened = DatasetFile.Open<float>(path);

        opened.Values.ToArray().Should().Equal(3, 4);
        opened.Weights.ToArray().Should().Equal(0.5, 0);
        opened.ValueCount.Should().Be(1);
    }

    [Theory]
    [InlineData("F32", 3, "2,3", "U8", "2", "features must be finite, but feature 0 of sample 1 is NaN.")]
    [InlineData("U8", 0, "6", "U8", "2", "features must be [samples, features], both positive*but are U8 [6].")]
    [InlineData("U8", 0, "0,6", "U8", "0", "features must be [samples, features], both positive*but are U8 [0, 6].")]
    [InlineData("U8", 0, "2,0", "U8", "2", "features must be [samples, features], both positive*but are U8 [2, 0].")]
    [InlineData("I32", 0, "2,3", "U8", "2", "\"features\" must be U8, F32 or F64, but is I32 [2, 3].")]
    [InlineData("U8", 0, "2,3", "F32", "2", "\"labels\" must be U8, I32 or I64, but is F32 [2].")]
    [InlineData("U8", 0, "2,3", "U8", "2,1", "\"labels\" must be [samples] for the 2 samples of the features, but is U8 [2, 1].")]
    [InlineData("U8", 0, "2,3", "U8", "3", "\"labels\" must be [samples] for the 2 samples of the features, but is U8 [3].")]
    [InlineData("U8", 0, "2,3", "I64", "2", "labels must be between 0 and 1, but sample 1 has label 4294967296.")]
    [InlineData("U8", 0, "2,3", "I32", "2", "labels must be between 0 and 1, but sample 1 has label -1.")]
    [InlineData("U8", 0, "2,3", "U8", "2", "labels must be between 0 and 1, but sample 1 has label 2.")]
    public void Open_TensorsThatDoNotFit_AreRefused(string type, int nan, string shape, string labelType, string labels, string message)
    {
        using var folder = new TempDirectory();
        int features = shape.Split(',').Aggregate(1, (product, size) => product * int.Parse(size)) * (type == "U8" ? 1 : 4);
        byte[] label = labelType switch
        {
            "I64" => [.. MemoryMarshal.AsBytes<long>([1, 1L << 32])],
            "U8" => [1, 2, 0],
            _ => [.. MemoryMarshal.AsBytes<int>([1, -1])],
        };
        label = label[..(labels.Split(',').Aggregate(1, (product, size) => product * int.Parse(size)) * (label.Length switch
        {
            16 => 8,
            8 => 4,
            _ => 1,
        }))];
        byte[] content = [.. new byte[features], .. label];
        if (nan > 0)
        {
            BinaryPrimitives.WriteSingleLittleEndian(content.AsSpan(nan * 4), float.NaN);
        }

        string header = $$"""
            {"features":{"dtype":"{{type}}","shape":[{{shape}}],"data_offsets":[0,{{features}}]},
            "labels":{"dtype":"{{labelType}}","shape":[{{labels}}],"data_offsets":[{{features}},{{content.Length}}]} }
            """;
        string path = folder.Write("set", Bytes(header, content));

        Refuses(() => DatasetFile.Open<float>(path, classCount: nan > 0 ? 3 : 2), $"{path}: {message}");
    }

    [Fact]
    public void Open_TargetsMissingOrTwice_AreRefused()
    {
        using var folder = new TempDirectory();
        const string Features = """{"features":{"dtype":"U8","shape":[1,1],"data_offsets":[0,1]}""";
        const string Labels = ""","labels":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}""";
        const string Values = ""","values":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}""";

        Refuses(
            () => DatasetFile.Open<float>(folder.Write("a", Bytes(Features + "}", new byte[1]))),
            "*must have either the tensor \"labels\" or \"values\", but has neither.");
        Refuses(
            () => DatasetFile.Open<float>(folder.Write("b", Bytes(Features + Labels + Values + "}", new byte[6]))),
            "*must have either the tensor \"labels\" or \"values\", but has both.");
        Refuses(() => DatasetFile.Open<float>(folder.Write("c", Bytes("{}", []))), "*must have the tensor \"features\", but has none.");
        string values = Features + Values.Replace("[2,6]", "[1,5]", StringComparison.Ordinal) + "}";
        Refuses(
            () => DatasetFile.Open<float>(folder.Write("d", Bytes(values, [0, .. BitConverter.GetBytes(float.PositiveInfinity)]))),
            "*values must be finite, but number 0 of sample 0 is Infinity.");
    }

    [Theory]
    [InlineData(-1f, 2f, "weights must not be negative, but that of sample 0 is -1.")]
    [InlineData(0f, 0f, "weights must have a finite sum and a mean above 0, but the sum is 0.")]
    [InlineData(0f, float.NaN, "weights must be finite, but number 0 of sample 1 is NaN.")]
    public void Open_Weights_AreChecked(float first, float second, string message)
    {
        using var folder = new TempDirectory();
        string path = folder.Write("set", Bytes("""
            {"features":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"values":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},
            "weights":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}}
            """, [.. MemoryMarshal.AsBytes<float>([1, 2, 3, 4, first, second])]));

        Refuses(() => DatasetFile.Open<float>(path), $"{path}: {message}");
    }

    [Fact]
    public void Open_WhatTheFileDoesNotSayOrSaysOtherwise_IsRefused()
    {
        using var folder = new TempDirectory();
        string own = folder.File("own");
        DatasetFile.Save(own, DatasetSamples.Create<float>("bytes"));
        string other = folder.Write("other", SafetensorsBytes.WithoutMetadata(File.ReadAllBytes(own)));
        string values = folder.File("values");
        DatasetFile.Save(values, DatasetSamples.Create<float>("numbers with values"));

        DatasetFile.Open<float>(own, 5, PixelScaling.UnitInterval).ClassCount.Should().Be(5);
        DatasetFile.Open<float>(other, 6).ClassCount.Should().Be(6);
        FluentActions.Invoking(() => DatasetFile.Open<float>(own, 6)).Should().Throw<ArgumentException>().WithMessage(
            $"{own}: the number of classes must be that of the file, 5, but was 6. It need not be given. (Parameter 'classCount')");
        FluentActions.Invoking(() => DatasetFile.Open<float>(own, scaling: PixelScaling.None)).Should().Throw<ArgumentException>()
            .WithMessage("*the scaling must be that of the file, UnitInterval, but was None.*");
        FluentActions.Invoking(() => DatasetFile.Open<float>(values, 2)).Should().Throw<ArgumentException>()
            .WithMessage("*the number of classes must be that of the file, which has none, but was 2.*");
        FluentActions.Invoking(() => DatasetFile.Open<float>(other)).Should().Throw<ArgumentException>().WithMessage(
            $"{other}: the file has labels, but does not say of how many classes, since it is not from this library: give classCount. "
            + "(Parameter 'classCount')");
        FluentActions.Invoking(() => DatasetFile.Open<float>(own, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => DatasetFile.Open<Half>(own)).Should().Throw<NotSupportedException>();
        FluentActions.Invoking(() => DatasetFile.Open<float>("")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Open_FileCutShortOrWithChangedTargetsOrMetadata_IsRefused()
    {
        using var folder = new TempDirectory();
        string path = folder.File("set");
        DatasetFile.Save(path, DatasetSamples.Create<float>("bytes with weights"));
        byte[] file = File.ReadAllBytes(path);

        foreach (int length in (int[])[0, 7, 8, 100, 4096, 5000, file.Length - 1])
        {
            Refuses(() => DatasetFile.Open<float>(folder.Write("cut", file[..length])), $"{folder.File("cut")}: *");
        }

        byte[] labels = [.. file];
        labels[^4] ^= 1;
        Refuses(() => DatasetFile.Open<float>(folder.Write("labels", labels)), "*\"labels\" must have the SHA-256*");
        byte[] weights = [.. file];
        weights[^(DatasetSamples.Count * 4 + 3)] ^= 1;
        Refuses(() => DatasetFile.Open<float>(folder.Write("weights", weights)), "*\"weights\" must have the SHA-256*");
        byte[] classes = SafetensorsBytes.Replace(file, "\\\"classes\\\":5", "\\\"classes\\\":6");
        Refuses(() => DatasetFile.Open<float>(folder.Write("classes", classes)), "*metadata*must have the SHA-256*");
        byte[] unsealed = SafetensorsBytes.Replace(file, "neuralnets.metadata.sha256", "neuralnets.metadata.sha512");
        Refuses(() => DatasetFile.Open<float>(folder.Write("unsealed", unsealed)), "*must have neuralnets.metadata.sha256*");
        byte[] features = [.. file];
        features[4096 + 77] ^= 1;
        string changed = folder.Write("features", features);
        DatasetFile.Open<float>(changed).Count.Should().Be(200, "features are not read");
        Refuses(() => DatasetFile.Verify(changed), "*\"features\" must have the SHA-256*");
        Refuses(
            () => DatasetFile.Open<float>(SavedNetwork(folder)), "*the metadata must have neuralnets.dataset*may be a network*");
    }

    /// <summary>A feature that is damaged after it was written is found when it is read, on any worker.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Fit_DamagedFeature_ThrowsAndNamesTheSample(int workers)
    {
        using var folder = new TempDirectory();
        string path = folder.File("set");
        DatasetFile.Save(path, DatasetSamples.Create<float>("numbers"));
        byte[] file = File.ReadAllBytes(path);
        foreach (float damage in (float[])[float.NaN, float.NegativeInfinity, -1.5f])
        {
            BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(4096 + (4 * ((123 * DatasetSamples.Features) + 20))), damage);
            Dataset<float> opened = DatasetFile.Open<float>(folder.Write("damaged", file));
            var network = new Network<float>([DatasetSamples.Features, 24, 5], new Relu<float>(), seed: 1);
            string before = network.ComputeParametersSha256();

            GradientDescentTrainer<float> trainer =
                new GradientDescentTrainer<float>(network) { BatchSize = 32 }.With(workers, byUnits: false);
            trainer.Invoking(it => it.Fit(opened, 1)).Should().Throw<InvalidDataException>().WithMessage(FormattableString.Invariant(
                $"{folder.File("damaged")}: features must be from -*but feature 20 of sample 123 of the file is {damage}: the file is*"));

            network.ComputeParametersSha256().Should().Be(before, "the epoch is taken back");
            network.Invoking(it => it.Predict(opened)).Should().Throw<InvalidDataException>();
        }
    }

    /// <summary>Five GiB that are nearly all holes: no number of bytes is an int.</summary>
    [LinuxFact]
    public void Open_MoreThanFourGibibytes_ReadsWhatIsAtTheEnd()
    {
        const int Features = 100_003;
        const int Samples = 53_687;
        using var folder = new TempDirectory();
        string path = folder.File("large");
        long length = (long)Features * Samples;
        length.Should().BeGreaterThan(5L << 30);
        byte[] header = Bytes(
            $$"""
            {"features":{"dtype":"U8","shape":[{{Samples}},{{Features}}],"data_offsets":[0,{{length}}]},
            "labels":{"dtype":"U8","shape":[{{Samples}}],"data_offsets":[{{length}},{{length + Samples}}]} }
            """,
            []);
        byte[] row = [.. Enumerable.Range(0, Features).Select(i => (byte)(i * 31))];
        using (FileStream stream = File.Create(path))
        {
            stream.Write(header);
            stream.SetLength(header.Length + length + Samples);
            foreach (int sample in (int[])[21_474, 42_949, Samples - 1])
            {
                stream.Position = header.Length + ((long)Features * sample);
                stream.Write(row);
                stream.Position = header.Length + length + sample;
                stream.WriteByte(1);
            }
        }

        Dataset<float> opened = DatasetFile.Open<float>(path, classCount: 2);

        Dataset<float> part = opened.Subset([0, 21_474, 42_948, 42_949, Samples - 1]);
        byte[] expected = [.. new byte[Features], .. row, .. new byte[Features], .. row, .. row];
        part.Fingerprint.Should().Be(
            Dataset<float>.FromImages(new LabeledImages(expected, (byte[])[0, 1, 0, 1, 1], 1, Features), 2).Fingerprint);
        part.ToMatrix()[Features - 1, 4].Should().Be(row[^1] / 255f);
        opened.Invoking(it => it.ToMatrix()).Should().Throw<InvalidOperationException>().WithMessage(
            "A matrix holds at most 2147483591 numbers, but 53687 samples of 100003 features have 5368861061. Take a part of the set "
            + "first.");
    }

    private static string SavedNetwork(TempDirectory folder)
    {
        NetworkFile.Save(folder.File("network"), ChildProcess.FileScenario.Network());
        return folder.File("network");
    }

    private static byte[] Bytes(string header, byte[] content)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(header);
        return SafetensorsBytes.Of((ulong)text.Length, text, content);
    }

    private static void Refuses(Action open, string message) => open.Should().Throw<InvalidDataException>().WithMessage(message);
}
