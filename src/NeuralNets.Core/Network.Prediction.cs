using System.Diagnostics.CodeAnalysis;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core;

/// <content>Prediction and evaluation.</content>
public sealed partial class Network<T>
{
    /// <summary>Minimum samples per additional thread.</summary>
    private const int LeastShare = 128;

    /// <summary>Returns the values of the output layer: with softmax or sigmoid probabilities, with identity the values of a regression.
    /// </summary>
    /// <param name="inputs">(features × samples).</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads that compute: the calling one, and threads of the pool as far as
    /// some are free. The number does not change the result of the managed kernels; a backend with threads of its own is called from
    /// one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>(outputs × samples). With softmax, probabilities in [0, 1] whose columns sum to 1.</returns>
    /// <exception cref="ArgumentException">The matrix does not have as many rows as the network has inputs.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="inputs"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is not positive.</exception>
    /// <exception cref="InvalidOperationException">Native code has changed how this thread rounds, or that subnormal numbers count as
    /// zero.</exception>
    public Matrix<T> Predict(Matrix<T> inputs, int maxDegreeOfParallelism = 1, GemmBackend? backend = null)
    {
        T[] values = ColumnMajor(inputs);
        T[] outputs = new T[CheckedLength(OutputCount, inputs.ColumnCount)];
        ForEachBlock(values, null, maxDegreeOfParallelism, backend, (pass, start, count) => pass.Predict(
            start, outputs.AsSpan(start * OutputCount, count * OutputCount)));
        return Matrix<T>.Build.Dense(OutputCount, inputs.ColumnCount, outputs);
    }

    /// <summary>Computes the values of the output layer: with softmax or sigmoid probabilities, with identity the values of a regression.
    /// Does not allocate in steady state.</summary>
    /// <param name="inputs">(features × samples), column-major: one sample after the other.</param>
    /// <param name="outputs">Receives (outputs × samples), column-major; must not overlap the inputs.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="inputs"/> does not hold whole samples, <paramref name="outputs"/> not as many columns, or they overlap.
    /// </exception>
    /// <exception cref="InvalidOperationException">Native code has changed how this thread rounds, or that subnormal numbers count as
    /// zero.</exception>
    public void Predict(ReadOnlySpan<T> inputs, Span<T> outputs, GemmBackend? backend = null)
    {
        CheckRoom(inputs, outputs, nameof(outputs));
        using var pass = new ForwardPass<T>(_layers, inputs, backend ?? ManagedBackend.Instance);
        pass.Predict(0, outputs);
    }

    /// <summary>Returns the values of the output layer for a data set: of a classifier, the probabilities of the classes. Its features
    /// become numbers a block at a time.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads that compute: the calling one, and threads of the pool as far as
    /// some are free. The number does not change the result of the managed kernels; a backend with threads of its own is called from
    /// one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>(outputs × samples). With softmax, probabilities in [0, 1] whose columns sum to 1.</returns>
    /// <exception cref="ArgumentException">The samples do not have as many features as the network has inputs.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="samples"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is not positive.</exception>
    /// <exception cref="InvalidOperationException">Native code has changed how this thread rounds, or that subnormal numbers count as
    /// zero.</exception>
    public Matrix<T> Predict(Dataset<T> samples, int maxDegreeOfParallelism = 1, GemmBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        CheckFeatures("the data set", samples.FeatureCount, samples.Count, nameof(samples));
        T[] outputs = new T[CheckedLength(OutputCount, samples.Count)];
        ForEachBlock([], samples, maxDegreeOfParallelism, backend, (pass, start, count) => pass.Predict(
            start, outputs.AsSpan(start * OutputCount, count * OutputCount)));
        return Matrix<T>.Build.Dense(OutputCount, samples.Count, outputs);
    }

    /// <summary>Returns the label of each sample. With softmax: the class with the largest logit, which is the most probable one; the first
    /// of several. With one output with sigmoid: 1 if its logit is at least 0, which makes yes at least as probable as no.</summary>
    /// <param name="inputs">(features × samples).</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads that compute: the calling one, and threads of the pool as far as
    /// some are free. The number does not change the result of the managed kernels; a backend with threads of its own is called from
    /// one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>One label per sample, 0 … classes−1.</returns>
    /// <exception cref="ArgumentException">The matrix does not have as many rows as the network has inputs, or there is no answer for a
    /// sample, since its logits are not finite.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="inputs"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is not positive.</exception>
    /// <exception cref="InvalidOperationException">The output layer has neither softmax nor one output with sigmoid; or
    /// native code has changed how this thread rounds, or that subnormal numbers count as zero.</exception>
    public int[] PredictLabels(Matrix<T> inputs, int maxDegreeOfParallelism = 1, GemmBackend? backend = null)
    {
        T[] values = ColumnMajor(inputs);
        int[] labels = new int[inputs.ColumnCount];
        CheckHasLabels();
        ForEachBlock(values, null, maxDegreeOfParallelism, backend, (pass, start, count) => pass.PredictLabels(
            start, labels.AsSpan(start, count)));
        CheckAnswers(labels, nameof(inputs));
        return labels;
    }

    /// <summary>Computes the label of each sample. With softmax: the class with the largest logit, which is the most probable one; the
    /// first of several. With one output with sigmoid: 1 if its logit is at least 0, which makes yes at least as probable as no. Does not
    /// allocate in steady state.</summary>
    /// <param name="inputs">(features × samples), column-major: one sample after the other.</param>
    /// <param name="labels">Receives one label per sample, 0 … classes−1.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="inputs"/> does not hold whole samples, <paramref name="labels"/> not as many elements, or there is no answer for a
    /// sample, since its logits are not finite; its label is −1 then.
    /// </exception>
    /// <exception cref="InvalidOperationException">The output layer has neither softmax nor one output with sigmoid; or
    /// native code has changed how this thread rounds, or that subnormal numbers count as zero.</exception>
    public void PredictLabels(ReadOnlySpan<T> inputs, Span<int> labels, GemmBackend? backend = null)
    {
        int samples = CountSamples(inputs);
        if (labels.Length != samples)
        {
            throw new ArgumentException(
                $"There must be room for {samples} labels, but there was for {labels.Length}."
                + Requirements.NullHint(Math.Min(inputs.Length, labels.Length)),
                inputs.IsEmpty ? nameof(inputs) : nameof(labels));
        }

        SpanOverlap.CheckSeparate(inputs, labels, nameof(labels));
        CheckHasLabels();
        using var pass = new ForwardPass<T>(_layers, inputs, backend ?? ManagedBackend.Instance);
        pass.PredictLabels(0, labels);
        CheckAnswers(labels, nameof(inputs));
    }

    /// <summary>Returns the label of each sample of a data set. With softmax: the class with the largest logit, which is the most probable
    /// one; the first of several. With one output with sigmoid: 1 if its logit is at least 0.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads that compute: the calling one, and threads of the pool as far as
    /// some are free. The number does not change the result of the managed kernels; a backend with threads of its own is called from
    /// one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>One label per sample, 0 … classes−1.</returns>
    /// <exception cref="ArgumentException">The samples do not have as many features as the network has inputs, or there is no answer for
    /// a sample, since its logits are not finite.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="samples"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is not positive.</exception>
    /// <exception cref="InvalidOperationException">The output layer has neither softmax nor one output with sigmoid; or
    /// native code has changed how this thread rounds, or that subnormal numbers count as zero.</exception>
    public int[] PredictLabels(Dataset<T> samples, int maxDegreeOfParallelism = 1, GemmBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        CheckFeatures("the data set", samples.FeatureCount, samples.Count, nameof(samples));
        CheckHasLabels();
        int[] labels = new int[samples.Count];
        ForEachBlock([], samples, maxDegreeOfParallelism, backend, (pass, start, count) => pass.PredictLabels(
            start, labels.AsSpan(start, count)));
        CheckAnswers(labels, nameof(samples));
        return labels;
    }

    /// <summary>Returns the cost of the network on a data set, and the accuracy where the targets are labels.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="loss">The loss; null for the usual one of the output function, cross-entropy for softmax.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads that compute: the calling one, and threads of the pool as far as
    /// some are free. The number does not change the result of the managed kernels; a backend with threads of its own is called from
    /// one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>What training reports for a validation set. The costs are added in the order of the samples. A sample whose outputs are
    /// not finite makes the cost NaN or infinite, and does not count as correct.</returns>
    /// <exception cref="ArgumentException">The samples do not have the network's number of features, or their targets do not fit its
    /// outputs; or the loss does not belong to its output function, or there is no usual one and none is given.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="samples"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is not positive.</exception>
    /// <exception cref="InvalidOperationException">Native code has changed how this thread rounds, or that subnormal numbers count as
    /// zero.</exception>
    public Score Evaluate(
        Dataset<T> samples, ILoss<T>? loss = null, int maxDegreeOfParallelism = 1, GemmBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        CheckFeatures("the data set", samples.FeatureCount, samples.Count, nameof(samples));
        loss ??= UsualLoss.Of(OutputActivation)
            ?? throw new ArgumentException($"An output layer with {OutputActivation} has no usual loss: give one.", nameof(loss));
        loss.CheckOutput(OutputActivation, OutputCount);
        CheckTargets("The data set", samples, loss, nameof(samples));
        double[] costs = new double[samples.Count];
        bool[] correct = new bool[samples.Count];
        ForEachBlock([], samples, maxDegreeOfParallelism, backend, (pass, start, count) => pass.Evaluate(
            start, loss, costs.AsSpan(start, count), correct.AsSpan(start, count)));
        return ScoreOf(samples, costs, correct);
    }

    /// <summary>Writes the costs of the samples from <paramref name="start"/> on, as many as there is room for, and which were answered
    /// correctly. Does not allocate in steady state.</summary>
    internal void Evaluate(Dataset<T> samples, int start, Span<double> costs, Span<bool> correct, ILoss<T> loss, GemmBackend backend)
    {
        using var pass = new ForwardPass<T>(_layers, samples, backend);
        pass.Evaluate(start, loss, costs, correct);
    }

    /// <summary>Returns the score of a set, whose costs are added in the order of the samples.</summary>
    internal static Score ScoreOf(Dataset<T> samples, ReadOnlySpan<double> costs, ReadOnlySpan<bool> correct)
    {
        Targets<T> targets = samples.Targets;
        var sum = new ScoreSum(targets.HasWeights, targets.AreLabels);
        for (int i = 0; i < costs.Length; i++)
        {
            sum.Add(costs[i], correct[i], targets.WeightOf(i));
        }

        return sum.ToScore();
    }

    /// <exception cref="ArgumentException">The targets of a set are not for the outputs of this network, or not for the loss.</exception>
    internal void CheckTargets(string what, Dataset<T> set, ILoss<T> loss, string parameter)
    {
        // One output that says yes or no takes labels of two classes.
        int expected = set.Targets.AreLabels && OutputCount == 1 ? 2 : OutputCount;
        if (set.Targets.OutputCount != expected)
        {
            throw new ArgumentException(
                set.Targets.AreLabels
                    ? $"{what} must have the network's number of classes, {expected}, but has {set.ClassCount}."
                    : $"{what} must have a value for each of the {OutputCount} outputs, but has {set.Targets.OutputCount} per sample.",
                parameter);
        }

        loss.CheckTargets(set.Targets.Batch(0, set.Count));

        // A custom loss may not check: then it says on the first sample what it cannot take, before anything is changed.
        loss.Evaluate(new T[OutputCount], set.Targets.Batch(0, 1), new T[OutputCount], new double[1]);
    }

    /// <summary>What is done with a block of samples.</summary>
    private delegate void BlockAction(ForwardPass<T> pass, int start, int count);

    /// <summary>Runs <paramref name="action"/> on blocks of samples, which are columns of <paramref name="inputs"/> or those of
    /// <paramref name="set"/>, on as many threads as are allowed and of use.</summary>
    private void ForEachBlock(
        T[] inputs, Dataset<T>? set, int maxDegreeOfParallelism, GemmBackend? backend, BlockAction action)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxDegreeOfParallelism);
        backend ??= ManagedBackend.Instance;
        int samples = set?.Count ?? inputs.Length / InputCount;
        int most = backend.HasOwnThreads ? 1 : Math.Min(maxDegreeOfParallelism, Environment.ProcessorCount);
        int workers = Math.Clamp(samples / LeastShare, 1, most);
        SharedBlocks.Run(samples, workers, ForwardPass<T>.MostColumns, worker =>
        {
            if (!worker.TryTake(out int start, out int count))
            {
                return;
            }

            using ForwardPass<T> pass = set is null ? new(_layers, inputs, backend) : new(_layers, set, backend);
            do
            {
                action(pass, start, count);
            }
            while (worker.TryTake(out start, out count));
        });
    }

    private void CheckHasLabels()
    {
        if (OutputActivation is not Softmax<T> && !(OutputActivation is Sigmoid<T> && OutputCount == 1))
        {
            throw new InvalidOperationException(
                "Labels are the answers of an output layer with Softmax, or with one output and Sigmoid, but the output layer has "
                + $"{OutputCount} with {OutputActivation}: use "
                + $"{(OutputActivation is Sigmoid<T> ? nameof(PredictIndicators) : nameof(Predict))}.");
        }
    }

    private static void CheckAnswers(ReadOnlySpan<int> labels, string parameter)
    {
        int sample = labels.IndexOf(-1);
        if (sample >= 0)
        {
            ThrowNoAnswer(sample, parameter);
        }
    }

    [DoesNotReturn]
    private static void ThrowNoAnswer(int sample, string parameter) => throw new ArgumentException(
        $"A label needs finite outputs, but those of sample {sample} are not: its features are NaN, infinite or too large, or parameters "
        + "of the network are.",
        parameter);

    private T[] ColumnMajor(Matrix<T> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        CheckFeatures("the input", inputs.RowCount, inputs.ColumnCount, nameof(inputs));
        return inputs.AsColumnMajorArray() ?? inputs.ToColumnMajorArray();
    }

    private void CheckRoom(ReadOnlySpan<T> inputs, Span<T> outputs, string parameter)
    {
        int samples = CountSamples(inputs);
        if (outputs.Length != (long)samples * OutputCount)
        {
            throw new ArgumentException(
                $"The outputs of {samples} samples need {OutputCount} x {samples} elements, but there was room for "
                + $"{outputs.Length}." + Requirements.NullHint(Math.Min(inputs.Length, outputs.Length)),
                inputs.IsEmpty ? nameof(inputs) : parameter);
        }

        SpanOverlap.CheckSeparate(inputs, outputs, parameter);
    }

    private static int CheckedLength(int rows, int columns) => (long)rows * columns <= Array.MaxLength
        ? rows * columns
        : throw new ArgumentException(
            $"The outputs must fit in an array of {Array.MaxLength} elements, but would be {rows} x {columns}: predict fewer samples "
                + "at a time.");

    private int CountSamples(ReadOnlySpan<T> inputs)
    {
        if (inputs.Length % InputCount != 0)
        {
            throw new ArgumentException(
                $"{Describe(0)} expects whole samples of {InputCount} features, but the input had {inputs.Length} elements.",
                nameof(inputs));
        }

        return inputs.Length / InputCount;
    }
}
