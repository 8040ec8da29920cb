using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using NeuralNets.Core;
using NeuralNets.Core.Tables;

namespace NeuralNets.Onnx.Tests;

/// <summary>A file in ONNX Runtime.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;

    public OnnxSession(byte[] file)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        _session = new InferenceSession(file, options);
    }

    public IEnumerable<string> Outputs => _session.OutputMetadata.Keys;

    public string Input => _session.InputMetadata.Keys.Single();

    public IReadOnlyDictionary<string, string> Metadata => _session.ModelMetadata.CustomMetadataMap;

    public static byte[] Save<T>(Network<T> network, TableEncoder? encoder = null)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var stream = new MemoryStream();
        OnnxFile.Save(stream, network, encoder);
        return stream.ToArray();
    }

    /// <summary>Runs rows of the only input.</summary>
    public TOut[] Run<T, TOut>(T[] rows, int[] dimensions, string output) => Run<TOut>(
        [NamedOnnxValue.CreateFromTensor(Input, new DenseTensor<T>(rows, dimensions))], output);

    public TOut[] Run<TOut>(NamedOnnxValue[] inputs, string output)
    {
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = _session.Run(inputs, [output]);
        return [.. results.Single().AsEnumerable<TOut>()];
    }

    public void Dispose() => _session.Dispose();
}
