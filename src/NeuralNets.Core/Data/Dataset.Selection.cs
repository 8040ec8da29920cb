namespace NeuralNets.Core.Data;

/// <content>Parts of a data set, and weights of its samples.</content>
public sealed partial class Dataset<T>
{
    /// <summary>Returns some of the samples, without copying their features.</summary>
    /// <param name="indices">The positions of the samples, 0 … <see cref="Count"/>−1, in any order; one may come several times.</param>
    /// <returns>A data set of those samples in that order, with their weights.</returns>
    /// <exception cref="ArgumentException">There is no position, one is out of range, or all the samples have the weight 0.
    /// </exception>
    public Dataset<T> Subset(ReadOnlySpan<int> indices)
    {
        if (indices.IsEmpty)
        {
            throw new ArgumentException("A data set needs at least one sample, but there was no position.", nameof(indices));
        }

        for (int i = 0; i < indices.Length; i++)
        {
            if ((uint)indices[i] >= (uint)Count)
            {
                throw new ArgumentException(
                    $"Positions must be between 0 and {Count - 1}, but element {i} is {indices[i]}.", nameof(indices));
            }
        }

        return Select(indices);
    }

    /// <summary>Splits the samples at random into two sets, without copying their features.</summary>
    /// <param name="validationFraction">The fraction of the samples in the second set, between 0 and 1; rounded to whole samples.</param>
    /// <param name="seed">The seed of the split: the same seed gives the same split everywhere.</param>
    /// <param name="stratify">Whether each class has its share in both sets: the fraction of its samples, rounded up or down.</param>
    /// <returns>The two sets, each in the order of this one.</returns>
    /// <exception cref="ArgumentException">A stratified split would leave a class out of one of the sets, or all samples of one have the
    /// weight 0.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">One of the sets would be empty.</exception>
    /// <exception cref="InvalidOperationException">The split is to be stratified, but the targets are not labels.</exception>
    public (Dataset<T> Training, Dataset<T> Validation) Split(double validationFraction, long seed, bool stratify = false)
    {
        (ReadOnlyMemory<int> training, ReadOnlyMemory<int> validation) =
            Parts(stratify).Split(validationFraction, seed, nameof(validationFraction));
        return (Select(training.Span), Select(validation.Span));
    }

    /// <summary>Cuts the samples at random into folds of the same size, give or take one, for cross-validation. No features are
    /// copied.</summary>
    /// <param name="count">The number of folds, from 2 to <see cref="Count"/>.</param>
    /// <param name="seed">The seed: the same seed gives the same folds everywhere.</param>
    /// <param name="stratify">Whether each fold has as many samples of a class as the others, give or take one.</param>
    /// <returns>For each fold, the samples of the others and its own, in the order of this set. Each sample is in the validation set of one
    /// fold.</returns>
    /// <exception cref="ArgumentException">A stratified fold would have no sample of a class, or all samples of a fold have the weight 0.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not from 2 to <see cref="Count"/>.</exception>
    /// <exception cref="InvalidOperationException">The folds are to be stratified, but the targets are not labels.</exception>
    public IReadOnlyList<(Dataset<T> Training, Dataset<T> Validation)> Folds(int count, long seed, bool stratify = false) =>
        [.. Parts(stratify).Folds(count, seed).Select(fold => (Select(fold.Outside), Select(fold.Inside)))];

    /// <summary>Returns the same samples with weights: a sample of weight 2 counts as two of weight 1 in gradients, costs and accuracies.
    /// </summary>
    /// <remarks>Training scales the weights so that their mean is 1, over the set that it trains on: only their ratios matter. The gradient
    /// of a batch is the weighted sum divided by the number of its samples.</remarks>
    /// <param name="weights">One weight per sample, finite, not negative and not all 0; copied.</param>
    /// <returns>A data set that shares the features with this one.</returns>
    /// <exception cref="ArgumentException">There is not one weight per sample, one is negative, NaN or infinite, or all are 0, or their sum
    /// is infinite.</exception>
    public Dataset<T> WithWeights(ReadOnlySpan<double> weights)
    {
        if (weights.Length != Count)
        {
            throw new ArgumentException(
                $"There must be one weight per sample: there are {Count} samples, but {weights.Length} weights.", nameof(weights));
        }

        if (!(Requirements.CheckWeights(weights, nameof(weights)) / Count > 0))
        {
            throw new ArgumentException("Weights must have a mean that is not 0, but theirs underflows to 0.", nameof(weights));
        }

        return new Dataset<T>(_source, _positions, Targets.WithWeights(weights.ToArray()));
    }

    /// <summary>Returns the same samples with weights by which all classes count the same: <c>n/(K·n_c)</c> for a sample of a class with
    /// n_c of the n samples, where K classes have samples.</summary>
    /// <returns>A data set that shares the features with this one.</returns>
    /// <exception cref="InvalidOperationException">The targets are not labels.</exception>
    public Dataset<T> WithBalancedClasses()
    {
        RequireLabels("Balanced classes");
        int[] counts = CountLabels();
        double present = counts.Count(count => count > 0);
        double[] weights = new double[Count];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = Count / (present * counts[Labels[i]]);
        }

        return WithWeights(weights);
    }

    private SampleParts Parts(bool stratify)
    {
        if (!stratify)
        {
            return new SampleParts(Count);
        }

        RequireLabels("Stratified parts");
        return new SampleParts(Labels.ToArray(), [.. Enumerable.Range(0, ClassCount).Select(label => $"class {label}")]);
    }

    private void RequireLabels(string what)
    {
        if (!Targets.AreLabels)
        {
            throw new InvalidOperationException($"{what} need class labels, but the targets of this data set are values.");
        }
    }
}
