using System.Numerics;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Optimizers;

namespace NeuralNets.Core.Training.Steps;

/// <summary>
/// What becomes of the sums of a batch's gradient, in this order: the mean gradient, penalties, the clipping of its norm, and the
/// optimizer's rule.
/// </summary>
/// <param name="Optimizer">The rule.</param>
/// <param name="Step">The numbers of the update.</param>
/// <param name="Scale">One over the number of samples of the batch.</param>
/// <param name="L1">The factor of the signs of the weights.</param>
/// <param name="L2">The factor of the weights.</param>
/// <param name="WaitsForNorm">Whether the rule comes when the norm of the whole gradient is known.</param>
internal readonly record struct ParameterUpdate<T>(
    Optimizer Optimizer, UpdateStep Step, T Scale, T L1, T L2, bool WaitsForNorm)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether the update is the linear epilogue of a product, so that the sums need not be written down.</summary>
    public bool IsLinear => Optimizer.IsPlainDescent && !HasPenalties && !WaitsForNorm;

    /// <summary>The factors of a linear update, <c>w ← fma(−rate, sum·scale + 0, 1·w)</c>.</summary>
    public LinearEpilogue<T> Epilogue => new(Scale, -T.CreateChecked(Step.LearningRate), T.One);

    private bool HasPenalties => L1 != T.Zero || L2 != T.Zero;

    /// <summary>Takes complete sums: updates the parameters, or if the norm is not known yet, makes the gradient of the sums.</summary>
    /// <returns>The largest absolute value of a parameter afterwards, NaN if one is NaN; null if it was not updated.</returns>
    public double? Take(ParameterBlock<T> block)
    {
        Span<T> sums = block.Sums.Span;
        bool isPenalized = block.AreWeights && HasPenalties;
        if (isPenalized)
        {
            UpdateKernel.Penalize(sums, Scale, block.Parameters.Span, L1, L2);
        }
        else if (WaitsForNorm)
        {
            UpdateKernel.Scale(sums, Scale);
        }

        return WaitsForNorm ? null : Apply(block, isPenalized ? T.One : Scale);
    }

    /// <summary>Applies the rule to parameters.</summary>
    /// <param name="block">The parameters.</param>
    /// <param name="scale">What makes the gradient of what is in the block's sums.</param>
    /// <returns>The largest absolute value of a parameter afterwards; NaN if one is NaN.</returns>
    public double Apply(ParameterBlock<T> block, T scale) => Optimizer.Update(
        Step with { AreWeights = block.AreWeights }, block.Sums.Span, scale, block.Parameters.Span, block.Slot0, block.Slot1);

    /// <summary>Returns a bound of the parameters after a linear update.</summary>
    /// <param name="largest">A bound before.</param>
    /// <param name="largestSum">A bound of the sums of the gradient.</param>
    public double LargestAfterLinear(double largest, double largestSum) => largest + (Step.LearningRate * largestSum);
}
