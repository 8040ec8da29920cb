using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core;

/// <content>Prediction of one sample, of rows, and of labels of which several may hold.</content>
public sealed partial class Network<T>
{
    /// <summary>Returns the values of the output layer for one sample.</summary>
    /// <param name="sample">Its features.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>One value per output: with softmax or sigmoid probabilities, with identity the values of a regression.</returns>
    /// <exception cref="ArgumentException">The vector does not have as many elements as the network has inputs.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="sample"/> is null.</exception>
    /// <exception cref="InvalidOperationException">Native code has changed how this thread rounds, or that subnormal numbers count as
    /// zero.</exception>
    public Vector<T> Predict(Vector<T> sample, GemmBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(sample);
        CheckFeatures("the sample", sample.Count, 1, nameof(sample));
        T[] outputs = new T[OutputCount];
        Predict(sample.AsArray() ?? sample.ToArray(), outputs, backend);
        return Vector<T>.Build.Dense(outputs);
    }

    /// <summary>Returns the values of the output layer for samples that are rows, as in a table.</summary>
    /// <param name="rows">(samples × features).</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads that compute: the calling one, and threads of the pool as far as
    /// some are free. The number does not change the result of the managed kernels; a backend with threads of its own is called from
    /// one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>(samples × outputs).</returns>
    /// <exception cref="ArgumentException">The matrix does not have as many columns as the network has inputs.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="rows"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is not positive.</exception>
    /// <exception cref="InvalidOperationException">Native code has changed how this thread rounds, or that subnormal numbers count as
    /// zero.</exception>
    /// <remarks>Rows in row-major order are columns in column-major order: they are copied once, and the span form of
    /// <see cref="Predict(ReadOnlySpan{T}, Span{T}, GemmBackend?)"/> takes an array of them as it is.</remarks>
    public Matrix<T> PredictRows(Matrix<T> rows, int maxDegreeOfParallelism = 1, GemmBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.ColumnCount != InputCount)
        {
            string hint = rows.RowCount == InputCount ? $" If your samples are columns, use {nameof(Predict)}." : string.Empty;
            throw new ArgumentException(
                $"{Describe(0)} expects rows of {InputCount} features, but the input was {rows.RowCount} x {rows.ColumnCount}.{hint}",
                nameof(rows));
        }

        T[] values = rows.AsRowMajorArray() ?? rows.ToRowMajorArray();
        T[] outputs = new T[CheckedLength(OutputCount, rows.RowCount)];
        ForEachBlock(values, null, maxDegreeOfParallelism, backend, (pass, start, count) => pass.Predict(
            start, outputs.AsSpan(start * OutputCount, count * OutputCount)));
        return Matrix<T>.Build.Dense(OutputCount, rows.RowCount, outputs).Transpose();
    }

    /// <summary>Returns for each output of a layer with sigmoid whether its label holds: multi-label classification, or yes or no with
    /// another threshold than ½.</summary>
    /// <param name="inputs">(features × samples).</param>
    /// <param name="threshold">t, the probability from which a label holds, between 0 and 1, both excluded.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads that compute: the calling one, and threads of the pool as far as
    /// some are free. The number does not change the result of the managed kernels; a backend with threads of its own is called from
    /// one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>(outputs × samples): 1 where the logit is at least <c>ln(t/(1 − t))</c>, which is 0 for ½, and 0 elsewhere.</returns>
    /// <exception cref="ArgumentException">The matrix does not have as many rows as the network has inputs, or there is no answer for a
    /// sample, since its logits are not finite.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="inputs"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is not between 0 and 1, or
    /// <paramref name="maxDegreeOfParallelism"/> is not positive.</exception>
    /// <exception cref="InvalidOperationException">The output layer does not have sigmoid; or native code has changed how this thread
    /// rounds, or that subnormal numbers count as zero.</exception>
    public Matrix<T> PredictIndicators(
        Matrix<T> inputs, double threshold = 0.5, int maxDegreeOfParallelism = 1, GemmBackend? backend = null)
    {
        T[] values = ColumnMajor(inputs);
        double logit = LogitOf(threshold);
        T[] indicators = new T[CheckedLength(OutputCount, inputs.ColumnCount)];
        ForEachBlock(values, null, maxDegreeOfParallelism, backend, (pass, start, count) => pass.PredictIndicators(
            start, indicators.AsSpan(start * OutputCount, count * OutputCount), logit));
        CheckIndicators(indicators, nameof(inputs));
        return Matrix<T>.Build.Dense(OutputCount, inputs.ColumnCount, indicators);
    }

    /// <summary>Computes for each output of a layer with sigmoid whether its label holds. Does not allocate in steady state.</summary>
    /// <param name="inputs">(features × samples), column-major: one sample after the other.</param>
    /// <param name="indicators">Receives (outputs × samples), column-major: 1 where the logit is at least <c>ln(t/(1 − t))</c>, which is 0
    /// for ½, and 0 elsewhere; must not overlap the inputs.</param>
    /// <param name="threshold">t, the probability from which a label holds, between 0 and 1, both excluded.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <exception cref="ArgumentException"><paramref name="inputs"/> does not hold whole samples, <paramref name="indicators"/> not as many
    /// columns, they overlap, or there is no answer for a sample, since its logits are not finite; where they are not, its indicators are
    /// NaN then.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is not between 0 and 1.</exception>
    /// <exception cref="InvalidOperationException">The output layer does not have sigmoid; or native code has changed how this thread
    /// rounds, or that subnormal numbers count as zero.</exception>
    public void PredictIndicators(ReadOnlySpan<T> inputs, Span<T> indicators, double threshold = 0.5, GemmBackend? backend = null)
    {
        CheckRoom(inputs, indicators, nameof(indicators));
        double logit = LogitOf(threshold);
        using var pass = new ForwardPass<T>(_layers, inputs, backend ?? ManagedBackend.Instance);
        pass.PredictIndicators(0, indicators, logit);
        CheckIndicators(indicators, nameof(inputs));
    }

    /// <summary>Returns for each output of a layer with sigmoid whether its label holds, for the samples of a data set.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="threshold">t, the probability from which a label holds, between 0 and 1, both excluded.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads that compute: the calling one, and threads of the pool as far as
    /// some are free. The number does not change the result of the managed kernels; a backend with threads of its own is called from
    /// one.</param>
    /// <param name="backend">What computes the matrix products; null for the managed kernels.</param>
    /// <returns>(outputs × samples): 1 where the logit is at least <c>ln(t/(1 − t))</c>, which is 0 for ½, and 0 elsewhere.</returns>
    /// <exception cref="ArgumentException">The samples do not have as many features as the network has inputs, or there is no answer for
    /// a sample, since its logits are not finite.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="samples"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is not between 0 and 1, or
    /// <paramref name="maxDegreeOfParallelism"/> is not positive.</exception>
    /// <exception cref="InvalidOperationException">The output layer does not have sigmoid; or native code has changed how this thread
    /// rounds, or that subnormal numbers count as zero.</exception>
    public Matrix<T> PredictIndicators(
        Dataset<T> samples, double threshold = 0.5, int maxDegreeOfParallelism = 1, GemmBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        CheckFeatures("the data set", samples.FeatureCount, samples.Count, nameof(samples));
        double logit = LogitOf(threshold);
        T[] indicators = new T[CheckedLength(OutputCount, samples.Count)];
        ForEachBlock([], samples, maxDegreeOfParallelism, backend, (pass, start, count) => pass.PredictIndicators(
            start, indicators.AsSpan(start * OutputCount, count * OutputCount), logit));
        CheckIndicators(indicators, nameof(samples));
        return Matrix<T>.Build.Dense(OutputCount, samples.Count, indicators);
    }

    /// <summary>Returns the logit of a probability, which is 0 for ½.</summary>
    private double LogitOf(double threshold)
    {
        if (!(threshold > 0 && threshold < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(threshold), threshold, "The threshold must be a probability between 0 and 1, both excluded.");
        }

        if (OutputActivation is not Sigmoid<T>)
        {
            throw new InvalidOperationException(
                $"Indicators are the answers of an output layer with Sigmoid, but the output layer has {OutputActivation}: use "
                + $"{(OutputActivation is Softmax<T> ? nameof(PredictLabels) : nameof(Predict))}.");
        }

        Span<double> logarithms = [threshold, 1 - threshold];
        Elementwise.Apply<double, LogOperator<double>>(logarithms, logarithms);
        return logarithms[0] - logarithms[1];
    }

    private void CheckIndicators(ReadOnlySpan<T> indicators, string parameter)
    {
        for (int i = 0; i < indicators.Length; i++)
        {
            if (T.IsNaN(indicators[i]))
            {
                ThrowNoAnswer(i / OutputCount, parameter);
            }
        }
    }
}
