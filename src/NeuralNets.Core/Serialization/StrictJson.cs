using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace NeuralNets.Core.Serialization;

/// <summary>
/// JSON without leniency: valid UTF-8, one object and nothing but white space after it, no comments, no trailing commas, no name
/// twice in an object, little nesting.
/// </summary>
internal static class StrictJson
{
    private const int MaxDepth = 16;

    private static readonly JsonDocumentOptions s_options = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = MaxDepth,
    };

    // Text goes into files, not into web pages: quotation marks are escaped with a backslash, letters not at all.
    private static readonly JsonWriterOptions s_writerOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Parses an object and returns what <paramref name="read"/> makes of it.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="what">The name of the text in messages.</param>
    /// <param name="read">Reads the object. It may be left by an exception of its own.</param>
    /// <exception cref="InvalidDataException">The text is not such a JSON object.</exception>
    public static TResult Parse<TResult>(ReadOnlyMemory<byte> utf8, string what, Func<JsonElement, TResult> read)
    {
        CheckStart(utf8.Span, what);
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, s_options);
            return read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Invalid operation: an escape that is half a surrogate pair has no string.
            throw NotAnObject(what, exception);
        }
    }

    /// <inheritdoc cref="Parse{TResult}(ReadOnlyMemory{byte}, string, Func{JsonElement, TResult})"/>
    public static TResult Parse<TResult>(string text, string what, Func<JsonElement, TResult> read) =>
        Parse(Encoding.UTF8.GetBytes(text), what, read);

    /// <summary>Checks what the parsers of .NET do not: that the text is valid UTF-8 and begins with an object.</summary>
    /// <exception cref="InvalidDataException">It is not, or does not.</exception>
    public static void CheckStart(ReadOnlySpan<byte> utf8, string what)
    {
        // The parsers let invalid UTF-8 pass in names.
        if (!Utf8.IsValid(utf8))
        {
            throw new InvalidDataException($"{what} must be UTF-8, but is not.");
        }

        // Nothing may come before the object, no white space and no byte order mark.
        if (utf8.IsEmpty || utf8[0] != '{')
        {
            throw new InvalidDataException(utf8.IsEmpty
                ? $"{what} must be a JSON object, but is empty."
                : $"{what} must be a JSON object and begin with '{{', but its first byte is {utf8[0]:x2}.");
        }
    }

    /// <summary>Returns the exception for a text that a parser of .NET refuses.</summary>
    public static InvalidDataException NotAnObject(string what, Exception exception)
    {
        // A parser's message may quote megabytes. What is wrong stands at its start, and where at its end.
        const int Kept = 120;
        string message = exception.Message;
        string shown = message.Length <= 2 * Kept ? message : $"{message.AsSpan(0, Kept)} … {message.AsSpan(message.Length - Kept)}";
        return new($"{what} must be a JSON object, but is not one: {shown}", exception);
    }

    /// <summary>Writes an object.</summary>
    /// <returns>Its UTF-8 bytes, without white space.</returns>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_writerOptions))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Returns a text for a message: the start of it, with control characters made visible.</summary>
    public static string Quote(string text)
    {
        const int Shown = 60;
        var quoted = new StringBuilder("\"");
        foreach (char character in text.Length > Shown ? text.AsSpan(0, Shown) : text)
        {
            _ = char.IsControl(character) || char.IsSurrogate(character)
                ? quoted.Append($"\\u{(int)character:x4}")
                : quoted.Append(character);
        }

        return quoted.Append(text.Length > Shown ? "…\"" : "\"").ToString();
    }
}
