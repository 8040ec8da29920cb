using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core;

/// <content>Prediction for a single sample, for samples as rows, and of yes or no per output.</content>
public sealed partial class Network<T>
{
    private const double EvenOdds = 0.5;

    /// <summary>Returns the values of the output layer for one sample: of a classifier, the probabilities of the classes.</summary>
    /// <param name="input">One feature per input.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>One value per output.</returns>
    /// <exception cref="ArgumentException">The sample does not have as many features as the network has inputs.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="input"/> is null.</exception>
    /// <exception cref="InvalidOperationException">Native code has changed how this thread rounds, or that subnormal numbers count as
    /// zero.</exception>
    public Vector<T> Predict(Vector<T> input, GemmBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Count != InputCount)
        {
            throw new ArgumentException($"{Describe(0)} expects {InputCount} features, but the sample has {input.Count}.", nameof(input));
        }

        T[] outputs = new T[OutputCount];
        Predict(input.AsArray() ?? input.ToArray(), outputs, backend);
        return Vector<T>.Build.Dense(outputs);
    }

    /// <summary>Returns the values of the output layer for samples that are rows, as in a table.</summary>
    /// <param name="inputs">(samples × features).</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads that compute: the calling one, and threads of the pool as far as
    /// some are free. The number does not change the result of the managed kernels; a backend with threads of its own is called from
    /// one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>(samples × outputs): what <see cref="Predict(Matrix{T}, int, GemmBackend?)"/> returns for the columns, transposed.
    /// </returns>
    /// <exception cref="ArgumentException">The matrix does not have as many columns as the network has inputs.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="inputs"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is not positive.</exception>
    /// <exception cref="InvalidOperationException">Native code has changed how this thread rounds, or that subnormal numbers count as
    /// zero.</exception>
    public Matrix<T> PredictRows(Matrix<T> inputs, int maxDegreeOfParallelism = 1, GemmBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.ColumnCount == InputCount
            ? Predict(inputs.Transpose(), maxDegreeOfParallelism, backend).Transpose()
            : throw new ArgumentException(
                $"{Describe(0)} expects {InputCount} columns, one per feature, but the input was {inputs.RowCount} x {inputs.ColumnCount}."
                + (inputs.RowCount == InputCount ? $" If your samples are columns, use {nameof(Predict)}." : string.Empty),
                nameof(inputs));
    }

    /// <summary>Answers yes or no for each output of a network with <see cref="Sigmoid{T}"/>: of several outputs, the labels that a sample
    /// has.</summary>
    /// <param name="inputs">(features × samples).</param>
    /// <param name="threshold">The smallest probability that means yes, between 0 and 1.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads that compute: the calling one, and threads of the pool as far as
    /// some are free. The number does not change the result of the managed kernels; a backend with threads of its own is called from
    /// one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>1 for yes and 0 for no, (outputs × samples). A logit is compared with that of the threshold: 0 for one half.</returns>
    /// <exception cref="ArgumentException">The matrix does not have as many rows as the network has inputs, or there is no answer for a
    /// sample, since its logits are not finite.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="inputs"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is not positive, or
    /// <paramref name="threshold"/> is not between 0 and 1.</exception>
    /// <exception cref="InvalidOperationException">The output layer does not have sigmoid; or native code has changed how this thread
    /// rounds, or that subnormal numbers count as zero.</exception>
    public Matrix<T> PredictAnswers(
        Matrix<T> inputs, double threshold = EvenOdds, int maxDegreeOfParallelism = 1, GemmBackend? backend = null)
    {
        T[] values = ColumnMajor(inputs);
        T leastLogit = LogitOf(threshold);
        T[] answers = new T[CheckedLength(OutputCount, inputs.ColumnCount)];
        ForEachBlock(values, null, maxDegreeOfParallelism, backend, (pass, start, count) => pass.PredictAnswers(
            start, leastLogit, answers.AsSpan(start * OutputCount, count * OutputCount)));
        CheckAnswers(answers, nameof(inputs));
        return Matrix<T>.Build.Dense(OutputCount, inputs.ColumnCount, answers);
    }

    /// <summary>Answers yes or no for each output of a network with <see cref="Sigmoid{T}"/>. Does not allocate in steady state.</summary>
    /// <param name="inputs">(features × samples), column-major: one sample after the other.</param>
    /// <param name="answers">Receives 1 for yes and 0 for no, (outputs × samples), column-major; must not overlap the inputs.</param>
    /// <param name="threshold">The smallest probability that means yes, between 0 and 1.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <exception cref="ArgumentException"><paramref name="inputs"/> does not hold whole samples, <paramref name="answers"/> not as many
    /// columns, they overlap, or there is no answer for a sample, since its logits are not finite; its answers are NaN then.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is not between 0 and 1.</exception>
    /// <exception cref="InvalidOperationException">The output layer does not have sigmoid; or native code has changed how this thread
    /// rounds, or that subnormal numbers count as zero.</exception>
    public void PredictAnswers(
        ReadOnlySpan<T> inputs, Span<T> answers, double threshold = EvenOdds, GemmBackend? backend = null)
    {
        CheckRoom(inputs, answers, nameof(answers));
        T leastLogit = LogitOf(threshold);
        using var pass = new ForwardPass<T>(_layers, inputs, backend ?? ManagedBackend.Instance);
        pass.PredictAnswers(0, leastLogit, answers);
        CheckAnswers(answers, nameof(inputs));
    }

    /// <summary>Returns the logit whose sigmoid is a probability: <c>log(p/(1 − p))</c>, 0 for one half.</summary>
    private T LogitOf(double threshold)
    {
        if (OutputActivation is not Sigmoid<T>)
        {
            throw new InvalidOperationException(
                $"Yes or no per output is the answer of an output layer with Sigmoid, but the output layer has {OutputActivation}: use "
                + $"{(OutputActivation is Softmax<T> ? nameof(PredictLabels) : nameof(Predict))}.");
        }

        if (!(threshold > 0 && threshold < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(threshold), threshold, "The smallest probability that means yes must be between 0 and 1.");
        }

        Span<double> logarithms = [threshold, 1 - threshold];
        Elementwise.Apply<double, LogOperator<double>>(logarithms, logarithms);
        return T.CreateChecked(logarithms[0] - logarithms[1]);
    }

    private void CheckAnswers(ReadOnlySpan<T> answers, string parameter)
    {
        for (int i = 0; i < answers.Length; i++)
        {
            if (T.IsNaN(answers[i]))
            {
                ThrowNoAnswer(i / OutputCount, parameter);
            }
        }
    }
}
