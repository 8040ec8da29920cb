using System.Text;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Serialization;
using Xunit.Abstractions;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>What a header costs, whatever is in it: garbage included, so that the memory in use at any moment is at most that.</summary>
public sealed class SafetensorsMemoryTests(ITestOutputHelper output)
{
    // As SECURITY.md states them.
    private const int Multiple = 8;
    private const int Fixed = 32 << 20;

    private const int Length = 4_000_000;
    private const int FixedOfTheReader = 1 << 20;

    [Theory]
    [InlineData("the smallest tensors", "{", """ "{0}":{"dtype":"","shape":[],"data_offsets":[0,0]} """, "}", 0)]
    [InlineData("the smallest tensors with one dimension", "{", """ "{0}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]} """, "}", 0)]
    [InlineData("tensors with nine dimensions", "{", """ "{0}":{"dtype":"I4","shape":[0,1,2,3,4,5,6,7,8],"data_offsets":[0,0]} """, "}", 0)]
    [InlineData("a shape of many dimensions", """{"a":{"dtype":"U8","shape":[""", "1", """],"data_offsets":[0,1]}}""", 1)]
    [InlineData("many offsets", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[""", "1", "]}}", 1)]
    [InlineData("an ignored field of zeros", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":[""", "0", "]}}", 1)]
    [InlineData("ignored fields", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],""", "\"\":0", "}}", 1)]
    [InlineData("metadata of zeros", """{"__metadata__":{"x":[""", "0", "]}}", 0)]
    [InlineData("metadata of objects", """{"__metadata__":{"x":[""", "{}", "]}}", 0)]
    [InlineData("metadata of many texts", """{"__metadata__":{""", "\"\":\"\"", "}}", 0)]
    [InlineData("metadata of many names that are escaped", """{"__metadata__":{""", "\"\\u006e\":\"\"", "}}", 0)]
    [InlineData("a tensor of many entries that is none", """{"a":[""", "{}", "]}", 0)]
    [InlineData("many entries of our own", """{"__metadata__":{""", "\"neuralnets.{0}\":\"\"", "}}", 0)]
    public void Constructor_ManyOf_TakesASmallMultipleOfTheHeader(string what, string before, string item, string after, int bufferLength)
    {
        var header = new StringBuilder(before);
        for (int i = 0; header.Length < Length; i++)
        {
            header.Append(i == 0 ? string.Empty : ",").Append(item.Trim(' ').Replace("{0}", ShortName(i), StringComparison.Ordinal));
        }

        Measure(SafetensorsBytes.Of(header.Append(after).ToString(), bufferLength), what);
    }

    [Theory]
    [InlineData("an ignored text", """{"__metadata__":{"x":" """, "a", "\"}}")]
    [InlineData("an ignored name", """{"__metadata__":{" """, "a", "\":1}}")]
    [InlineData("an ignored text of escapes", """{"__metadata__":{"x":" """, "\\n", "\"}}")]
    [InlineData("an ignored number", """{"__metadata__":{"x":""", "1", "}}")]
    [InlineData("the name of a tensor", """{" """, "a", "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}")]
    [InlineData("the name of a tensor, of escapes", """{" """, "\\u0061", "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}")]
    [InlineData("a dtype", """{"a":{"dtype":" """, "a", "\",\"shape\":[0],\"data_offsets\":[0,0]}}")]
    [InlineData("a dimension", """{"a":{"dtype":"U8","shape":[""", "1", "],\"data_offsets\":[0,0]}}")]
    [InlineData("one of our own texts", """{"__metadata__":{"neuralnets.x":" """, "a", "\"}}")]
    [InlineData("one of our own names", """{"__metadata__":{"neuralnets.""", "a", "\":\"\"}}")]
    [InlineData("white space", "{", " ", "}")]
    [InlineData("a word that is none", """{"a":""", "t", "}")]
    [InlineData("nesting in arrays", """{"__metadata__":{"x":""", "[", "}}")]
    [InlineData("nesting in objects", """{"__metadata__":{"x":""", "{\"\":", "}}")]
    [InlineData("nesting in a tensor", """{"a":{"x":""", "[", "}}")]
    public void Constructor_OneGiant_TakesASmallMultipleOfTheHeader(string what, string before, string item, string after)
    {
        var header = new StringBuilder(before.TrimEnd(' '));
        while (header.Length < Length)
        {
            header.Append(item);
        }

        Measure(SafetensorsBytes.Of(header.Append(after).ToString()), what);
    }

    /// <summary>What is read as a document is limited, so the fixed part pays for it.</summary>
    [Theory]
    [InlineData("0", 500_000)]
    [InlineData("0", 2_000_000)]
    [InlineData("{}", 340_000)]
    [InlineData("{\\\"units\\\":1,\\\"activation\\\":\\\"Relu\\\"}", 20_000)]
    public void Load_LongDescription_TakesNoMoreThanIsStated(string item, int count)
    {
        string header = """{"__metadata__":{"neuralnets.network":"{\"format\":1,\"inputs\":1,\"layers\":["""
            + string.Join(",", Enumerable.Repeat(item, count)) + """]}"}}""";
        byte[] file = SafetensorsBytes.Of(header);

        long before = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => NetworkFile.Load<float>(new MemoryStream(file), "the file")).Should().Throw<InvalidDataException>();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        output.WriteLine($"{count} of {item}: {allocated >> 20} MiB for {file.Length >> 10} KiB");
        allocated.Should().BeLessThan(((long)Multiple * header.Length) + Fixed);
    }

    [Fact]
    public void Save_DescriptionThatIsTooLongToBeLoaded_IsRefused()
    {
        // The longest name that an activation may have, in more layers than fit.
        int[] sizes = [.. Enumerable.Repeat(1, 1100), 2];
        var network = new Network<float>(sizes, new Softsign<float>(new string('x', 999)), seed: 1);

        FluentActions.Invoking(() => NetworkFile.Save(new MemoryStream(), network))
            .Should().Throw<ArgumentException>().WithMessage("*at most 1048576 characters*").WithParameterName("network");
    }

    [Fact]
    public void Save_ManyLayers_LoadsAgain()
    {
        var network = new Network<float>([.. Enumerable.Repeat(1, 10_000), 2], new LeakyRelu<float>(0.123456789), seed: 1);
        var stream = new MemoryStream();

        NetworkFile.Save(stream, network);
        stream.Position = 0;

        NetworkFile.Load<float>(stream, "the file").ComputeParametersSha256().Should().Be(network.ComputeParametersSha256());
    }

    private void Measure(byte[] file, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            _ = new SafetensorsReader(new MemoryStream(file), "the file");
        }
        catch (InvalidDataException exception)
        {
            exception.Message.Length.Should().BeLessThan(1000);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{what}: {(double)allocated / file.Length:F1} times the header");
        allocated.Should().BeLessThan(((long)Multiple * file.Length) + FixedOfTheReader, what);
    }

    /// <summary>Another name for each number, as short as can be.</summary>
    private static string ShortName(int number)
    {
        const string Digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!?*+=/()<>~^%$&@;";
        string name = string.Empty;
        for (int rest = number; rest > 0; rest /= Digits.Length)
        {
            name += Digits[rest % Digits.Length];
        }

        return name;
    }
}
