using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Serialization.CSharp;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Serialization;

/// <summary>Writes networks as C# source: one file with a static class that predicts, and needs neither this library nor any other.
/// </summary>
/// <remarks>
/// <para>
/// The class has <c>Predict(ReadOnlySpan&lt;T> features, Span&lt;T> outputs)</c>, which does not allocate, and gives the bits of
/// <see cref="Network{T}.Predict(ReadOnlySpan{T}, Span{T}, Backends.GemmBackend?)"/> with the managed kernels for one sample: the same
/// chains of fused multiply-adds and the same functions, in scalar code. A feature that is 0 contributes nothing here, too. It has
/// <c>PredictLabel</c> where the network has labels, and with an encoder a type <c>Row</c> with a property for each column, <c>Encode</c>,
/// <c>Predict</c>, and <c>PredictClass</c> or <c>PredictValue</c>, which answer as <see cref="Models.TableModel{T}"/> does.
/// </para>
/// <para>
/// It compiles without warnings, also with nullable references and without unsafe code, for .NET 8 or later (C# 11). Parameters are texts
/// in base 64, which the class turns into numbers when it is used first. It is slower than the library, which computes with vectors. Where
/// the processor has no fused multiply-add, the runtime computes it, slowly. The same network gives the same text.
/// </para>
/// </remarks>
public static class CSharpFile
{
    /// <summary>The maximum size of the parameters, in bytes: what compilers take without trouble.</summary>
    private const long MostBytes = 1 << 26;

    /// <summary>Names of the class's members, and of types that they use.</summary>
    private static readonly HashSet<string> s_taken =
    [
        "Abs", "AnswerCount", "ClassNames", "Encode", "Exp", "Fma", "FromBits", "InputCount", "Layer", "Logits", "Max", "Numbers",
        "OutputCount", "Predict", "PredictClass", "PredictLabel", "PredictValue", "Row", "Sqrt", "ToBits",
        "ArgumentException", "Array", "ArrayPool", "Base64", "BinaryPrimitives", "DateTime", "FormattableString",
        "InvalidOperationException", "IReadOnlyList", "MethodImpl", "MethodImplAttribute", "MethodImplOptions", "OperationStatus",
        "ReadOnlySpan", "Span", "System", "TimeSpan",
    ];

    /// <summary>Writes a network to a file of C# source. A regular file is replaced as a whole: whatever happens, there is the old one or
    /// the new one.</summary>
    /// <param name="path">The file; its folder must exist. Symbolic links are followed.</param>
    /// <param name="network">The network.</param>
    /// <param name="className">The name of the class.</param>
    /// <param name="namespaceName">The namespace of the class; null or empty for none.</param>
    /// <param name="encoder">What makes its inputs of tables, and names of its outputs; null for a network alone.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty; a name is not a C# identifier, a word of the language, or one
    /// that the class uses itself; the network does not have the encoder's inputs and outputs; or its parameters are more than 64
    /// MiB.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="path"/>, <paramref name="network"/> or <paramref name="className"/> is
    /// null.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">It is a folder or a socket, or cannot be written.</exception>
    /// <exception cref="NotSupportedException">A layer has a function that is not this library's.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written, or a new one must not be made.</exception>
    public static void Save<T>(
        string path, Network<T> network, string className, string? namespaceName = null, TableEncoder? encoder = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] text = Encoding.UTF8.GetBytes(network.ToCSharp(className, namespaceName, encoder));
        AtomicFile.Write(path, stream => stream.Write(text));
    }

    /// <summary>Returns a network as C# source.</summary>
    /// <param name="network">The network.</param>
    /// <param name="className">The name of the class.</param>
    /// <param name="namespaceName">The namespace of the class; null or empty for none.</param>
    /// <param name="encoder">What makes its inputs of tables, and names of its outputs; null for a network alone.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The text of the file.</returns>
    /// <exception cref="ArgumentException">A name is not a C# identifier, a word of the language, or one that the class uses itself; the
    /// network does not have the encoder's inputs and outputs; or its parameters are more than 64 MiB.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> or <paramref name="className"/> is null.</exception>
    /// <exception cref="NotSupportedException">A layer has a function that is not this library's.</exception>
    public static string ToCSharp<T>(
        this Network<T> network, string className, string? namespaceName = null, TableEncoder? encoder = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(className);
        CheckNames(className, namespaceName ?? "");
        for (int l = 0; l < network.Layers.Count; l++)
        {
            if (ActivationCatalog<T>.Find(network.Layers[l].Activation) is null)
            {
                throw new NotSupportedException(
                    $"C# source can have the functions of {nameof(ActivationCatalog<T>)} alone, but layer {l + 1} ({network.Layers[l]}) "
                    + "has another one.");
            }
        }

        if (encoder is not null)
        {
            TableEncoderJson.CheckPair(network, encoder, nameof(network));
        }

        return network.ParameterCount * Unsafe.SizeOf<T>() <= MostBytes
            ? NetworkSource<T>.Write(network, className, namespaceName ?? "", encoder)
            : throw new ArgumentException(
                $"The parameters must be at most {MostBytes >> 20} MiB to be compiled, but the network has {network.ParameterCount} of "
                + $"{Unsafe.SizeOf<T>()} bytes: save it with {nameof(NetworkFile)}.",
                nameof(network));
    }

    private static void CheckNames(string className, string namespaceName)
    {
        if (!CSharpText.IsIdentifier(className) || s_taken.Contains(className))
        {
            throw new ArgumentException(
                $"The name of a class must be a C# identifier, no word of the language and none that the class uses itself, but is "
                + $"\"{className}\".",
                nameof(className));
        }

        if (namespaceName.Length > 0 && !namespaceName.Split('.').All(CSharpText.IsIdentifier))
        {
            throw new ArgumentException(
                $"A namespace must be C# identifiers with dots between them, but is \"{namespaceName}\".", nameof(namespaceName));
        }
    }
}
