namespace NeuralNets.Onnx.Reading;

/// <summary>A layer while it is put together, in double.</summary>
internal sealed class LayerParts(int inputCount, int outputCount)
{
    public int InputCount { get; } = inputCount;

    public int OutputCount { get; } = outputCount;

    /// <summary>The weights in column-major order, as a layer keeps them.</summary>
    public double[] Weights { get; } = new double[(long)inputCount * outputCount];

    public double[] Biases { get; } = new double[outputCount];

    /// <summary>The name of the function in the catalog; null while there is none.</summary>
    public string? Function { get; set; }

    public double? Parameter { get; set; }

    /// <summary>Multiplies the outputs and adds to them.</summary>
    public void Apply(double[]? scale, double[]? shift)
    {
        for (int i = 0; i < OutputCount; i++)
        {
            if (scale is not null)
            {
                for (int j = i; j < Weights.Length; j += OutputCount)
                {
                    Weights[j] *= scale[i];
                }

                Biases[i] *= scale[i];
            }

            Biases[i] += shift?[i] ?? 0;
        }
    }
}
