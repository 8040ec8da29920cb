using System.Text;
using NeuralNets.Core.Serialization;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>What is a safetensors file and what is not.</summary>
public sealed class SafetensorsReaderTests
{
    private const string Pair = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";

    [Theory]
    [InlineData("a scalar", """{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""", 4)]
    [InlineData("a dimension of zero", """{"a":{"dtype":"F64","shape":[3,0],"data_offsets":[0,0]}}""", 0)]
    [InlineData(
        "zero before what would overflow",
        """{"a":{"dtype":"F64","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]}}""", 0)]
    [InlineData("no tensors", "{}", 0)]
    [InlineData("no tensors but metadata", """{"__metadata__":{"format":"pt"}}""", 0)]
    [InlineData("white space after the object", "{} \t\r\n  ", 0)]
    [InlineData("white space within", """{ "a" : { "dtype" : "F32" , "shape" : [ 1 ] , "data_offsets" : [ 0 , 4 ] } }""", 4)]
    [InlineData(
        "keys out of the order of offsets",
        """{"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 11)]
    [InlineData(
        "a tensor that is not aligned",
        """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"F64","shape":[1],"data_offsets":[3,11]}}""", 11)]
    [InlineData("an empty name", """{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("escapes in a name", """{"\u0061\n\"\ud83d\ude00":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("escapes in a field", """{"a":{"\u0064type":"F\u00332","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData(
        "unknown keys in an entry", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"unit":{"x":[1,null]},"n":1.5e3}}""", 4)]
    [InlineData("null metadata", """{"__metadata__":null,"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData(
        "empty tensors at one place",
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"c":{"dtype":"I64","shape":[0],"data_offsets":[0,0]},"d":{"dtype":"I64","shape":[0],"data_offsets":[4,4]}}""",
        4)]
    [InlineData("elements of four bits", """{"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}}""", 2)]
    [InlineData("many dimensions", """{"a":{"dtype":"BOOL","shape":[1,1,1,1,1,1,1,1,1,1,1,1,2],"data_offsets":[0,2]}}""", 2)]
    [InlineData("a dtype that is not known", """{"a":{"dtype":"F128","shape":[1],"data_offsets":[0,16]}}""", 16)]
    [InlineData("a lower-case dtype", """{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,5]}}""", 5)]
    [InlineData("a dtype without a name", """{"a":{"dtype":"","shape":[1],"data_offsets":[0,1]}}""", 1)]
    [InlineData("a dtype of less than a byte", """{"a":{"dtype":"I4","shape":[3],"data_offsets":[0,2]}}""", 2)]
    [InlineData(
        "an unknown dtype of any size", """{"a":{"dtype":"Q5_K","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,7]}}""",
        7)]
    [InlineData(
        "an unknown dtype before a known one",
        """{"a":{"dtype":"I4","shape":[3],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6)]
    [InlineData(
        "an unknown dtype without a byte",
        """{"a":{"dtype":"I4","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1)]
    [InlineData("a field twice that is ignored", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1,"x":2}}""", 4)]
    [InlineData(
        "metadata of others that are not texts", """{"__metadata__":{"x":{"y":["z"]},"n":1e400,"null":null,"t":true,"neuralnet":[]}}""", 0)]
    [InlineData("metadata of others twice", """{"__metadata__":{"x":"1","\u0078":"2"}}""", 0)]
    [InlineData("half a surrogate pair in the metadata of others", """{"__metadata__":{"x":"\udc00"}}""", 0)]
    [InlineData("nesting in what is ignored", """{"__metadata__":{"x":[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]}}""", 0)]
    public void Constructor_ValidFile_Accepts(string what, string header, int bufferLength)
    {
        byte[] file = SafetensorsBytes.Of(header, bufferLength);

        FluentActions.Invoking(() => Read(file)).Should().NotThrow(what);
        FluentActions.Invoking(() => Read([.. file, 0])).Should().Throw<InvalidDataException>("a longer body must be refused");
        FluentActions.Invoking(() => Read(file[..^1])).Should().Throw<InvalidDataException>("a shorter file must be refused");
    }

    [Theory]
    [InlineData("BOOL", 1)]
    [InlineData("U8", 1)]
    [InlineData("I8", 1)]
    [InlineData("F8_E5M2", 1)]
    [InlineData("F8_E4M3", 1)]
    [InlineData("F8_E8M0", 1)]
    [InlineData("U16", 2)]
    [InlineData("I16", 2)]
    [InlineData("F16", 2)]
    [InlineData("BF16", 2)]
    [InlineData("U32", 4)]
    [InlineData("I32", 4)]
    [InlineData("F32", 4)]
    [InlineData("U64", 8)]
    [InlineData("I64", 8)]
    [InlineData("F64", 8)]
    [InlineData("C64", 8)]
    public void Constructor_EachDtype_HasItsSize(string dtype, int size)
    {
        string header = $$$"""{"a":{"dtype":"{{{dtype}}}","shape":[3],"data_offsets":[0,{{{3 * size}}}]}}""";

        Read(SafetensorsBytes.Of(header, 3 * size))["a"].End.Should().Be(3 * size);
    }

    [Theory]
    [InlineData("its own size", """{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}""", 2)]
    [InlineData("white space before the object", " {}", 0)]
    [InlineData("an array", "[]", 0)]
    [InlineData("null", "null", 0)]
    [InlineData("garbage", "garbage!", 0)]
    [InlineData("a byte order mark", "\uFEFF{}", 0)]
    [InlineData("padding with NUL", "{}\0\0\0\0\0\0", 0)]
    [InlineData("a second object", "{}{}", 0)]
    [InlineData("text after the object", "{} x", 0)]
    [InlineData("a comment", "{/* */}", 0)]
    [InlineData("a comment after the object", "{} // ", 0)]
    [InlineData("a trailing comma", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}""", 4)]
    [InlineData("a trailing comma in a shape", """{"a":{"dtype":"F32","shape":[1,],"data_offsets":[0,4]}}""", 4)]
    [InlineData("an entry that is no object", """{"a":[]}""", 0)]
    [InlineData("an entry that is null", """{"a":null}""", 0)]
    [InlineData("size unlike shape", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4)]
    [InlineData("size unlike dtype", """{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("reversed offsets", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4)]
    [InlineData("a negative begin", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4)]
    [InlineData("negative offsets", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[-8,-4]}}""", 4)]
    [InlineData("a negative dimension", """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("two negative dimensions", """{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("a text for a dimension", """{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4)]
    [InlineData("a text for an offset", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,"4"]}}""", 4)]
    [InlineData("a fraction for a dimension", """{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", 4)]
    [InlineData("a fraction for an offset", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8.0]}}""", 8)]
    [InlineData("an exponent", """{"a":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}""", 8)]
    [InlineData("a leading zero", """{"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}""", 8)]
    [InlineData("2^63", """{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}""", 4)]
    [InlineData("2^64 + 1", """{"a":{"dtype":"F32","shape":[18446744073709551617],"data_offsets":[0,4]}}""", 4)]
    [InlineData("no offset", """{"a":{"dtype":"F32","shape":[0],"data_offsets":[]}}""", 0)]
    [InlineData("one offset", """{"a":{"dtype":"F32","shape":[0],"data_offsets":[0]}}""", 0)]
    [InlineData("three offsets", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}""", 4)]
    [InlineData("offsets that are no array", """{"a":{"dtype":"F32","shape":[1],"data_offsets":4}}""", 4)]
    [InlineData("a shape that is no array", """{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4)]
    [InlineData("a dtype that is no text", """{"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("no dtype", """{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("no shape", """{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4)]
    [InlineData("no offsets", """{"a":{"dtype":"F32","shape":[1]}}""", 4)]
    [InlineData(
        "a tensor twice", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8)]
    [InlineData(
        "a tensor twice, once escaped",
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)]
    [InlineData("a field twice", """{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("a field twice, once escaped", """{"a":{"dtype":"F32","dt\u0079pe":"F32","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("metadata twice", """{"__metadata__":{},"__metadata__":{}}""", 0)]
    [InlineData("metadata twice, once escaped", """{"__metadata__":{},"\u005f_metadata__":{}}""", 0)]
    [InlineData("one of our texts twice", """{"__metadata__":{"neuralnets.x":"1","neuralnets.\u0078":"2"}}""", 0)]
    [InlineData("one of our texts that is an object", """{"__metadata__":{"neuralnets.x":{"y":"z"}}}""", 0)]
    [InlineData("one of our texts that is a number", """{"__metadata__":{"neuralnets.x":1}}""", 0)]
    [InlineData("one of our texts that is null", """{"__metadata__":{"neuralnets.x":null}}""", 0)]
    [InlineData("half a surrogate pair in one of our texts", """{"__metadata__":{"neuralnets.x":"\udc00"}}""", 0)]
    [InlineData("metadata that is a text", """{"__metadata__":"x"}""", 0)]
    [InlineData("metadata that is an array", """{"__metadata__":[]}""", 0)]
    [InlineData("a hole before the first tensor", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)]
    [InlineData(
        "a hole", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""", 3)]
    [InlineData(
        "an overlap", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3)]
    [InlineData(
        "two tensors in one place",
        """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2)]
    [InlineData(
        "an empty tensor in the middle of another",
        """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}""", 2)]
    [InlineData("an overflow", """{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0)]
    [InlineData("an overflow by the size", """{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}""", 0)]
    [InlineData(
        "an overflow before a zero", """{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904,0],"data_offsets":[0,0]}}""",
        0)]
    [InlineData(
        "a promise of 2^60 elements", """{"a":{"dtype":"U8","shape":[1152921504606846976],"data_offsets":[0,1152921504606846976]}}""", 0)]
    [InlineData("half a surrogate pair in a name", """{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("half a surrogate pair in a dtype", """{"a":{"dtype":"\ud800","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("an unknown dtype beyond the end", """{"a":{"dtype":"I4","shape":[3],"data_offsets":[0,2]}}""", 1)]
    [InlineData("an unknown dtype before the end", """{"a":{"dtype":"I4","shape":[3],"data_offsets":[0,2]}}""", 3)]
    [InlineData("a hole before an unknown dtype", """{"a":{"dtype":"I4","shape":[3],"data_offsets":[1,3]}}""", 3)]
    [InlineData(
        "an unknown dtype over another tensor",
        """{"a":{"dtype":"I4","shape":[3],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3)]
    [InlineData("reversed offsets of an unknown dtype", """{"a":{"dtype":"I4","shape":[3],"data_offsets":[2,0]}}""", 2)]
    [InlineData("a negative dimension of an unknown dtype", """{"a":{"dtype":"I4","shape":[-1],"data_offsets":[0,2]}}""", 2)]
    [InlineData("an unfinished object", """{"a":""", 0)]
    public void Constructor_InvalidHeader_ThrowsInvalidData(string what, string header, int bufferLength) =>
        FluentActions.Invoking(() => Read(SafetensorsBytes.Of(header, bufferLength)))
            .Should().Throw<InvalidDataException>(what).WithMessage("the file: *");

    [Fact]
    public void Constructor_InvalidPrefix_ThrowsInvalidData()
    {
        byte[] header = Encoding.UTF8.GetBytes("{}");
        byte[][] files =
        [
            [], new byte[7], new byte[8], new byte[100],
            SafetensorsBytes.Of(0, [], []), SafetensorsBytes.Of(0, header, []), SafetensorsBytes.Of(1, header, []),
            SafetensorsBytes.Of(3, header, []), SafetensorsBytes.Of(ulong.MaxValue, header, []),
            SafetensorsBytes.Of(ulong.MaxValue - 7, header, []), SafetensorsBytes.Of(1ul << 63, header, []),
            SafetensorsBytes.Of(100_000_001, header, []), SafetensorsBytes.Of(100_000_000, header, []),
            [.. Enumerable.Repeat((byte)'{', 64)],
        ];

        foreach (byte[] file in files)
        {
            FluentActions.Invoking(() => Read(file)).Should().Throw<InvalidDataException>($"of {Convert.ToHexString(file)}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    public void Constructor_InvalidUtf8_ThrowsInvalidData(int at)
    {
        // In a name, and in a text of the metadata: the bytes ff, a lone continuation, an overlong and a surrogate.
        foreach (byte[] bytes in new byte[][] { [0xff], [0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80] })
        {
            byte[] start = Encoding.UTF8.GetBytes("""{"__metadata__":{"x":"y"}}""");
            int position = at == 1 ? 18 : 22; // within "x" and within "y"
            byte[] header = [.. start[..position], .. bytes, .. start[position..]];

            FluentActions.Invoking(() => Read(SafetensorsBytes.Of(header)))
                .Should().Throw<InvalidDataException>().WithMessage("the file: the header must be UTF-8, but is not.");
        }
    }

    [Theory]
    [InlineData("""{"a":""", "}")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":""", "}}")]
    [InlineData("""{"__metadata__":{"x":""", "}}")]
    public void Constructor_NestedTwoHundredDeep_ThrowsInvalidData(string before, string after)
    {
        foreach ((string open, string close) in new[] { ("[", "]"), ("{\"a\":", "}") })
        {
            string nested = string.Concat(Enumerable.Repeat(open, 200)) + "1" + string.Concat(Enumerable.Repeat(close, 200));

            FluentActions.Invoking(() => Read(SafetensorsBytes.Of(before + nested + after, 4))).Should().Throw<InvalidDataException>();
        }
    }

    [Fact]
    public void Constructor_StreamInTheMiddle_ReadsFromThere()
    {
        byte[] file = [9, 9, 9, .. SafetensorsBytes.Of(Pair, 11)];
        file[^1] = 7;
        var reader = new SafetensorsReader(new MemoryStream(file) { Position = 3 }, "the file");

        SafetensorsEntry entry = reader["b"];
        byte[] bytes = new byte[3];
        reader.Seek(entry).ReadExactly(bytes);

        entry.ToString().Should().Be("U8 [3]");
        bytes.Should().Equal(0, 0, 7);
    }

    [Fact]
    public void Metadata_OursAndThoseOfOthers_HasOurs()
    {
        var reader = Read(SafetensorsBytes.Of(
            """{"__metadata__":{"format":"pt","neuralnets.a":"1","x":[{}],"neuralnet\u0073.b":"\u00e4\n","Neuralnets.c":"2"}}"""));

        reader.Metadata.Should().Equal(new Dictionary<string, string> { ["neuralnets.a"] = "1", ["neuralnets.b"] = "ä\n" });
    }

    [Fact]
    public void Item_NoSuchTensor_ThrowsAndNamesThoseThere() =>
        FluentActions.Invoking(() => Read(SafetensorsBytes.Of(Pair, 11))["c"])
            .Should().Throw<InvalidDataException>().WithMessage("the file: the file must have the tensor \"c\", but has \"a\", \"b\".");

    private static SafetensorsReader Read(byte[] file) => new(new MemoryStream(file), "the file");
}
