using System.Numerics;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Optimizers;

namespace NeuralNets.Core.Training.Steps;

/// <summary>What becomes of the gradient of a batch: the optimizer's rule with the numbers of one update.</summary>
/// <param name="Optimizer">The rule.</param>
/// <param name="Step">The numbers of the update.</param>
/// <param name="Scale">One over the number of samples of the batch.</param>
internal readonly record struct ParameterUpdate<T>(Optimizer Optimizer, UpdateStep Step, T Scale)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether the update is the linear epilogue of a product, so that the sums need not be written down.</summary>
    public bool IsLinear => Optimizer.IsPlainDescent;

    /// <summary>The factors of a linear update, <c>w ← fma(−rate, sum·scale + 0, 1·w)</c>.</summary>
    public LinearEpilogue<T> Epilogue => new(Scale, -T.CreateChecked(Step.LearningRate), T.One);

    /// <summary>Applies the rule to parameters, whose sums are complete.</summary>
    /// <returns>The largest absolute value of a parameter afterwards; NaN if one is NaN.</returns>
    public double Apply(ReadOnlySpan<T> sums, ParameterBlock<T> block) =>
        Optimizer.Update(Step, sums, Scale, block.Parameters.Span, block.Slot0, block.Slot1);

    /// <summary>Returns a bound of the parameters after a linear update.</summary>
    /// <param name="largest">A bound before.</param>
    /// <param name="largestSum">A bound of the sums of the gradient.</param>
    public double LargestAfterLinear(double largest, double largestSum) => largest + (Step.LearningRate * largestSum);
}
