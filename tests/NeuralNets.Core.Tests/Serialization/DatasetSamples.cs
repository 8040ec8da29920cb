using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>Small data sets of every kind that a file can hold.</summary>
internal static class DatasetSamples
{
    public const int Count = 200;
    public const int Features = 27; // Bytes and floats do not end where the next tensor may begin.

    public static string[] KindNames { get; } =
    [
        "bytes", "bytes unscaled", "bytes with weights", "bytes with values", "numbers", "numbers with weights", "numbers with values",
        "numbers with values and weights",
    ];

    public static TheoryData<string> Kinds => [.. KindNames];

    public static Dataset<T> Create<T>(string kind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(5);
        byte[] bytes = new byte[Count * Features];
        byte[] labels = [.. Enumerable.Range(0, Count).Select(_ => (byte)random.Next(5))];
        random.NextBytes(bytes);
        Matrix<T> values = Matrix<T>.Build.Dense(5, Count, (_, _) => T.CreateChecked(random.NextDouble()));
        Matrix<T> features = Matrix<T>.Build.Dense(Features, Count, (_, _) => T.CreateChecked((random.NextDouble() * 2) - 1));
        Dataset<T> set = kind switch
        {
            "bytes unscaled" => OfBytes(PixelScaling.None),
            "bytes with values" => OfBytes().WithTargets(Targets<T>.FromValues(values.ToColumnMajorArray(), 5)),
            _ when kind.StartsWith("bytes", StringComparison.Ordinal) => OfBytes(),
            _ when kind.Contains("values", StringComparison.Ordinal) => Dataset<T>.FromMatrix(features, values),
            _ => Dataset<T>.FromMatrix(features, Array.ConvertAll(labels, label => (int)label), 5),
        };
        return kind.EndsWith("weights", StringComparison.Ordinal)
            ? set.WithWeights([.. Enumerable.Range(0, Count).Select(i => i % 7 * 0.3)])
            : set;

        Dataset<T> OfBytes(PixelScaling scaling = default) =>
            Dataset<T>.FromImages(new LabeledImages(bytes, labels, 3, 9), 5, scaling);
    }
}
