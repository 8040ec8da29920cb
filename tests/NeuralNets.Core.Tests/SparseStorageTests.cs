using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests;

public sealed class SparseStorageTests
{
    /// <summary>A null array is an empty span, which must not be reported as a wrong length of the other argument.</summary>
    [Fact]
    public void Predict_ArrayOfSparseStorage_NamesTheLikelyCause()
    {
        var network = new Network<float>([23, 17, 5], new Relu<float>(), seed: 1);
        float[]? sparse = Vector<float>.Build.Sparse(23).AsArray();
        float[]? sparseMatrix = Matrix<float>.Build.Sparse(23, 2).AsColumnMajorArray();
        float[]? sparseResult = Vector<float>.Build.Sparse(5).AsArray();
        sparse.Should().BeNull("that is the trap");

        Action[] emptyInputs =
        [
            () => network.Predict(sparse, new float[5]),
            () => network.Predict(sparseMatrix, new float[10]),
            () => network.PredictLabels(sparse, new int[1]),
        ];
        Action emptyResult = () => network.Predict(new float[23], sparseResult);
        Action emptyLogits = () => new Softmax<float>().Evaluate(sparseResult, new float[5], 5);

        foreach (Action action in emptyInputs)
        {
            action.Should().Throw<ArgumentException>()
                .WithMessage("*null: AsArray() of a sparse vector*copy.*").WithParameterName("inputs");
        }

        emptyResult.Should().Throw<ArgumentException>()
            .WithMessage("*null: AsArray() of a sparse vector*").WithParameterName("outputs");
        emptyLogits.Should().Throw<ArgumentException>()
            .WithMessage("*null: AsArray() of a sparse vector*").WithParameterName("z");
    }
}
