using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Losses;

/// <summary>A function of the error of one output, <c>e = z − y</c>: the operator is its derivative by z over the number of
/// outputs.</summary>
internal interface IErrorFunction<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Returns the value.</summary>
    double Evaluate(double error);
}

/// <summary>Losses that are the mean over the outputs of a function of the error.</summary>
internal static class ErrorKernel
{
    /// <summary>Computes costs and derivatives. Does not allocate.</summary>
    /// <param name="logits">z, (outputs × samples).</param>
    /// <param name="values">y, (outputs × samples).</param>
    /// <param name="derivatives">Receives the derivatives, (outputs × samples).</param>
    /// <param name="costs">Receives one cost per sample, a sum in the order of the outputs.</param>
    /// <param name="function">The function.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Evaluate<T, TFunction>(
        ReadOnlySpan<T> logits, ReadOnlySpan<T> values, Span<T> derivatives, Span<double> costs, TFunction function)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunction : struct, IErrorFunction<T>
    {
        Elementwise.Apply(logits, values, derivatives, function);
        int outputs = costs.IsEmpty ? 0 : logits.Length / costs.Length;
        for (int j = 0; j < costs.Length; j++)
        {
            double sum = 0;
            for (int i = j * outputs; i < (j + 1) * outputs; i++)
            {
                sum += function.Evaluate(double.CreateChecked(logits[i]) - double.CreateChecked(values[i]));
            }

            costs[j] = sum / outputs;
        }
    }
}
