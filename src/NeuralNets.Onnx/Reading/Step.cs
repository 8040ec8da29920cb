namespace NeuralNets.Onnx.Reading;

/// <summary>A part of a network that takes all elements of a sample, or treats each of them in another way.</summary>
/// <param name="Source">What it takes; null for the input.</param>
internal abstract record Step(SignalValue? Source);

/// <summary>The input of the graph.</summary>
internal sealed record InputStep() : Step((SignalValue?)null);

/// <summary>A product with a matrix.</summary>
/// <param name="Source">What it takes.</param>
/// <param name="Matrix">The matrix.</param>
/// <param name="IsTransposed">Whether a row of the matrix has the weights of an output, as here, and not of an input.</param>
/// <param name="Factor">The factor of the product.</param>
internal sealed record ProductStep(SignalValue Source, ConstantValue Matrix, bool IsTransposed, double Factor) : Step(Source)
{
    public int InputCount => (int)Matrix.Dimensions[IsTransposed ? 1 : 0];

    public int OutputCount => (int)Matrix.Dimensions[IsTransposed ? 0 : 1];
}

/// <summary>A factor and a summand for each element.</summary>
/// <param name="Source">What it takes.</param>
/// <param name="Scale">The factors; null for 1.</param>
/// <param name="Shift">The summands; null for 0.</param>
internal sealed record LinearStep(SignalValue Source, double[]? Scale, double[]? Shift) : Step(Source);

/// <summary>The softmax of a sample.</summary>
internal sealed record SoftmaxStep(SignalValue Source) : Step(Source);

/// <summary>Both probabilities of yes or no: 1 − p and p.</summary>
internal sealed record ComplementStep(SignalValue Source) : Step(Source);
