using System.Globalization;
using System.Numerics;
using System.Text;

namespace NeuralNets.Core.Serialization.CSharp;

/// <summary>Names, numbers and texts as C# has them, in any culture.</summary>
internal static class CSharpText
{
    /// <summary>Reserved words, and those with a meaning in some places that a type must not have or had better not.</summary>
    private static readonly HashSet<string> s_words =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal",
        "default", "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for",
        "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null",
        "object", "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed",
        "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong",
        "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
        "_", "alias", "allows", "and", "async", "await", "dynamic", "extension", "field", "file", "global", "managed", "nint", "not",
        "notnull", "nuint", "or", "partial", "record", "required", "scoped", "unmanaged", "value", "var", "when", "where", "with", "yield",
    ];

    /// <summary>Returns whether a text is an identifier and no word of the language.</summary>
    public static bool IsIdentifier(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            bool isPart = text[i] == '_' || char.IsLetter(text[i])
                || (i > 0 && (char.IsDigit(text[i]) || char.GetUnicodeCategory(text[i]) is UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation));
            if (!isPart)
            {
                return false;
            }
        }

        return text.Length > 0 && !s_words.Contains(text);
    }

    /// <summary>Returns an identifier like a text, with words that begin with capitals: <c>BillLengthMm</c> for <c>bill length (mm)</c>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="ifNone">What comes first if the text does not begin as an identifier does, and stands alone if it has no
    /// letter.</param>
    public static string Identifier(string text, string ifNone)
    {
        var name = new StringBuilder();
        bool startsWord = true;
        foreach (char c in text)
        {
            if (!char.IsLetterOrDigit(c))
            {
                startsWord = true;
                continue;
            }

            name.Append(startsWord ? char.ToUpperInvariant(c) : c);
            startsWord = false;
        }

        if (name.Length == 0 || char.IsDigit(name[0]))
        {
            name.Insert(0, ifNone);
        }

        return name.ToString();
    }

    /// <summary>Returns a literal whose value has the bits of a number; of a NaN, those of any.</summary>
    public static string Number<T>(T value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string type = TypeName<T>();
        return T.IsNaN(value) ? $"{type}.NaN"
            : T.IsPositiveInfinity(value) ? $"{type}.PositiveInfinity"
            : T.IsNegativeInfinity(value) ? $"{type}.NegativeInfinity"
            : value.ToString("R", CultureInfo.InvariantCulture) + type[0];
    }

    /// <summary>Returns a literal of an <see cref="int"/> for float and of a <see cref="long"/> for double.</summary>
    public static string Integer<T>(long bits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float)
            ? bits == int.MinValue ? "int.MinValue" : $"unchecked((int)0x{(uint)bits:X8})"
            : bits == long.MinValue ? "long.MinValue" : $"unchecked((long)0x{(ulong)bits:X16})";

    public static string TypeName<T>() => typeof(T) == typeof(float) ? "float" : "double";

    public static string IntegerTypeName<T>() => typeof(T) == typeof(float) ? "int" : "long";

    /// <summary>Returns the literal of a text.</summary>
    public static string Literal(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\')
            {
                literal.Append('\\').Append(c);
            }
            else if (c is >= ' ' and <= '~' || char.IsLetterOrDigit(c))
            {
                literal.Append(c);
            }
            else
            {
                literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            }
        }

        return literal.Append('"').ToString();
    }

    /// <summary>Returns a text for a comment of documentation.</summary>
    public static string Comment(string text)
    {
        var comment = new StringBuilder();
        foreach (char c in text)
        {
            comment.Append(c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                >= ' ' and <= '~' => c.ToString(),
                _ => char.IsLetterOrDigit(c) ? c.ToString() : " ",
            });
        }

        return comment.ToString();
    }
}
