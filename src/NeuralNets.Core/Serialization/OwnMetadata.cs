using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace NeuralNets.Core.Serialization;

/// <summary>
/// The texts that this library writes into the metadata of a file, and the two checksums among them: of the parameters, and of
/// the other texts.
/// </summary>
/// <remarks>
/// The checksums are of contents, not of bytes of the file: a program that rewrites a file in another order, or adds tensors
/// or texts of its own, need not know them. A file of an earlier version has neither, and is not checked.
/// </remarks>
internal static class OwnMetadata
{
    /// <summary>What the names of the texts begin with.</summary>
    public const string Prefix = "neuralnets.";

    /// <summary>The maximum number of characters of the texts and their names in all: room for tens of thousands of layers. They are read
    /// into a document, which takes many times their length, so they may not be as long as a header.</summary>
    public const int MaxLength = 1 << 20;

    private const string ParametersKey = $"{Prefix}parameters.sha256";
    private const string MetadataKey = $"{Prefix}metadata.sha256";

    /// <summary>The <see cref="Prefix"/> as it stands in a file.</summary>
    public static ReadOnlySpan<byte> PrefixUtf8 => "neuralnets."u8;

    /// <summary>Returns whether a text is this library's.</summary>
    public static bool IsOwn(string key) => key.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Adds the checksums to all that is to be written beside the tensors of a network.</summary>
    /// <exception cref="ArgumentException">The texts are too long to be loaded again.</exception>
    public static void Seal<T>(Dictionary<string, string> metadata, Network<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        metadata[ParametersKey] = network.ComputeParametersSha256();
        metadata[MetadataKey] = Hash(metadata);
        int length = metadata.Where(text => IsOwn(text.Key)).Sum(text => text.Key.Length + text.Value.Length);
        if (length > MaxLength)
        {
            throw new ArgumentException(
                $"The description of a network must have at most {MaxLength} characters to be loaded again, but this one has {length}: "
                + "the network needs fewer layers or shorter names of its activations, or its encoder fewer categories.",
                nameof(network));
        }
    }

    /// <summary>Adds the checksum of the texts alone.</summary>
    public static void Seal(Dictionary<string, string> metadata) => metadata[MetadataKey] = Hash(metadata);

    /// <summary>Checks the texts of a file that has any, and so must have their checksum.</summary>
    /// <exception cref="InvalidDataException">They are not those that were written.</exception>
    public static void CheckTexts(SafetensorsReader file)
    {
        if (!file.Metadata.TryGetValue(MetadataKey, out string? metadata))
        {
            file.Throw($"the metadata must have {MetadataKey} beside other texts of this library, but has not: the file is damaged.");
        }

        CheckHash(file, metadata);
    }

    /// <summary>Checks the texts of a file.</summary>
    /// <returns>The SHA-256 that the parameters must have; null in a file of an earlier version, which has no checksums.</returns>
    /// <exception cref="InvalidDataException">They are not those that were written.</exception>
    public static string? Check(SafetensorsReader file)
    {
        bool hasParameters = file.Metadata.TryGetValue(ParametersKey, out string? parameters);
        bool hasMetadata = file.Metadata.TryGetValue(MetadataKey, out string? metadata);
        if (hasParameters != hasMetadata)
        {
            file.Throw($"the metadata must have both {ParametersKey} and {MetadataKey}, or neither, but has the one and not the other: "
                + "the file is damaged.");
        }

        if (hasMetadata)
        {
            CheckHash(file, metadata!);
        }

        return parameters;
    }

    /// <summary>Checks the parameters that were read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="expected">What <see cref="Check"/> returned.</param>
    /// <param name="actual">The SHA-256 of what was read.</param>
    /// <exception cref="InvalidDataException">They are not those that were written.</exception>
    public static void CheckParameters(SafetensorsReader file, string expected, string actual)
    {
        if (actual != expected)
        {
            file.Throw($"the parameters must have the SHA-256 that {ParametersKey} says, {StrictJson.Quote(expected)}, but have {actual}: "
                + "the file is damaged, or the tensors were changed and the metadata was not. "
                + $"{nameof(NetworkFile)}.{nameof(NetworkFile.LoadLayers)} takes them as they are.");
        }
    }

    private static void CheckHash(SafetensorsReader file, string metadata)
    {
        if (metadata != Hash(file.Metadata))
        {
            file.Throw($"the texts in the metadata whose names begin with {Prefix} must have the SHA-256 that {MetadataKey} says, but "
                + "have another: the file is damaged, or one of them was changed.");
        }
    }

    /// <summary>Returns the SHA-256 of the texts but the hash itself, by name in ordinal order: of each name and of each text, the length
    /// of its UTF-8 in four bytes, little-endian, and the UTF-8.</summary>
    private static string Hash(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string key, string text) in metadata
            .Where(text => IsOwn(text.Key) && text.Key != MetadataKey).OrderBy(text => text.Key, StringComparer.Ordinal))
        {
            Append(hash, key);
            Append(hash, text);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        hash.AppendData(length);
        hash.AppendData(utf8);
    }
}
