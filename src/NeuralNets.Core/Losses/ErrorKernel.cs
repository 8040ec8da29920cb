using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Losses;

/// <summary>A function of the error <c>e = z − y</c> of an output, and its derivative.</summary>
internal interface IErrorFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    double Cost(double error);

    /// <summary>Returns the derivative, divided by the number of outputs.</summary>
    TVector Derivative<TVector, TLane>(TVector error, TVector outputs)
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>;
}

/// <summary>Losses of values: the mean over the outputs of a function of the error <c>e = z − y</c>.</summary>
internal static class ErrorKernel
{
    /// <summary>Refuses any output function but <see cref="Identity{T}"/>.</summary>
    /// <exception cref="ArgumentException">It is another function; the message names its loss.</exception>
    public static void CheckOutput<T>(string loss, ILayerActivation<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output is not Identity<T>)
        {
            throw new ArgumentException(
                $"{loss} belongs to an output layer with Identity, but the output layer has {output}{UsualLoss.Hint(output)}.",
                nameof(output));
        }
    }

    /// <summary>Refuses class labels.</summary>
    /// <exception cref="ArgumentException">The targets are labels.</exception>
    public static void CheckTargets<T>(string loss, TargetBatch<T> targets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!targets.Labels.IsEmpty)
        {
            throw new ArgumentException(
                $"{loss} compares outputs with values, but the targets are class labels. A network for labels has an output layer with "
                + "Softmax, or for yes or no one output with Sigmoid.",
                nameof(targets));
        }
    }

    /// <summary>Computes costs, each a sum in double in the order of the outputs, and derivatives.</summary>
    /// <exception cref="ArgumentException">The targets are labels, or the spans do not fit together.</exception>
    public static void Evaluate<T, TError>(
        string loss, ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs, TError function)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TError : struct, IErrorFunction<T>
    {
        CheckTargets(loss, targets);
        int outputs = LossRequirements.CountOutputs(logits, targets.Values.Length, derivatives, costs);
        if (outputs == 0)
        {
            return;
        }

        Elementwise.Apply<T, Difference<T>>(logits, targets.Values, derivatives);
        for (int j = 0; j < costs.Length; j++)
        {
            double sum = 0;
            foreach (T error in derivatives.Slice(j * outputs, outputs))
            {
                sum += function.Cost(double.CreateChecked(error));
            }

            costs[j] = sum / outputs;
        }

        Elementwise.Apply<T, MeanDerivative<T, TError>>(derivatives, derivatives, new(function, T.CreateChecked(outputs)));
    }

    private readonly struct Difference<T> : IBinaryOperator<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public TVector Invoke<TVector, TLane>(TVector z, TVector y)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> => TLane.Subtract(z, y);
    }

    private readonly struct MeanDerivative<T, TError>(TError function, T outputs) : IUnaryOperator<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TError : struct, IErrorFunction<T>
    {
        public TVector Invoke<TVector, TLane>(TVector error)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> => function.Derivative<TVector, TLane>(error, TLane.Broadcast(outputs));
    }
}
