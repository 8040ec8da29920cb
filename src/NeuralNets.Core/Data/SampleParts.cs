using NeuralNets.Core.Initialization;

namespace NeuralNets.Core.Data;

/// <summary>Cuts samples at random into parts, on request so that each class has its share in each.</summary>
internal sealed class SampleParts
{
    private readonly int _count;
    private readonly int[]? _labels; // null: parts are not stratified
    private readonly string[] _names;
    private readonly int[] _classSizes;

    public SampleParts(int count)
    {
        _count = count;
        _names = [];
        _classSizes = [];
    }

    /// <param name="labels">The class of each sample.</param>
    /// <param name="names">The name of each class, for messages.</param>
    public SampleParts(int[] labels, string[] names)
        : this(labels.Length)
    {
        _labels = labels;
        _names = names;
        _classSizes = new int[names.Length];
        foreach (int label in labels)
        {
            _classSizes[label]++;
        }
    }

    /// <summary>Returns the positions of two parts, each in order.</summary>
    /// <param name="fraction">The fraction of the samples in the second part.</param>
    /// <param name="seed">The seed of the order.</param>
    /// <param name="parameter">The caller's name of the fraction.</param>
    /// <exception cref="ArgumentException">A class would be in one part only.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A part would be empty.</exception>
    public (ReadOnlyMemory<int> Others, ReadOnlyMemory<int> Part) Split(double fraction, long seed, string parameter)
    {
        int part = fraction is > 0 and < 1 ? (int)Math.Round(fraction * _count) : 0;
        if (part == 0 || part == _count)
        {
            throw new ArgumentOutOfRangeException(
                parameter, fraction, $"The fraction must leave at least one of the {_count} samples on either side.");
        }

        int[] order = Shuffled(seed);
        if (_labels is not null)
        {
            order = WithSharesInFront(order, fraction, part);
        }

        order.AsSpan(0, part).Sort();
        order.AsSpan(part).Sort();
        return (order.AsMemory(part), order.AsMemory(0, part));
    }

    /// <summary>Returns for each fold the positions outside and inside of it, in order.</summary>
    /// <exception cref="ArgumentException">A class would not be in all folds.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There would be fewer than two folds, or an empty one.</exception>
    public (int[] Outside, int[] Inside)[] Folds(int count, long seed)
    {
        if (count < 2 || count > _count)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"The number of folds must be between 2 and {_count}.");
        }

        int[] order = Shuffled(seed);
        if (_labels is not null)
        {
            order = [.. ByClass(order).SelectMany(samples => samples)];
            CheckClasses((_, samples) => samples >= count, $"{count} folds need at least {count} samples of each class");
        }

        // Dealt out one by one: adjacent samples of a class go to different folds.
        var folds = new (int[], int[])[count];
        for (int fold = 0; fold < count; fold++)
        {
            int[] inside = [.. order.Where((_, i) => i % count == fold).Order()];
            int[] outside = [.. order.Where((_, i) => i % count != fold).Order()];
            folds[fold] = (outside, inside);
        }

        return folds;
    }

    private int[] Shuffled(long seed)
    {
        int[] order = new int[_count];
        RandomSequence.ForSplit(seed).Permutation(order);
        return order;
    }

    /// <summary>Orders positions so that the first ones have the share of each class, in all <paramref name="total"/>.</summary>
    private int[] WithSharesInFront(int[] order, double fraction, int total)
    {
        List<int>[] classes = ByClass(order);
        int[] shares = [.. classes.Select(samples => (int)(fraction * samples.Count))];
        int missing = total - shares.Sum();
        foreach (int label in Enumerable.Range(0, classes.Length)
            .OrderByDescending(label => (fraction * classes[label].Count) - shares[label]).Take(missing).ToArray())
        {
            shares[label]++;
        }

        CheckClasses(
            (label, samples) => shares[label] > 0 && shares[label] < samples, "Both sets of a split need a sample of each class");
        return
        [
            .. classes.SelectMany((samples, label) => samples.Take(shares[label])),
            .. classes.SelectMany((samples, label) => samples.Skip(shares[label])),
        ];
    }

    private void CheckClasses(Func<int, int, bool> isEnough, string what)
    {
        for (int label = 0; label < _classSizes.Length; label++)
        {
            if (_classSizes[label] > 0 && !isEnough(label, _classSizes[label]))
            {
                throw new ArgumentException(
                    $"{what}, but {_names[label]} has {_classSizes[label]} of the {_count} samples. Leave the class out, add samples of "
                    + "it, or do not stratify.");
            }
        }
    }

    /// <summary>Returns the positions of each class, in the order that they are given in.</summary>
    private List<int>[] ByClass(int[] order)
    {
        var classes = new List<int>[_classSizes.Length];
        for (int label = 0; label < classes.Length; label++)
        {
            classes[label] = new(_classSizes[label]);
        }

        foreach (int sample in order)
        {
            classes[_labels![sample]].Add(sample);
        }

        return classes;
    }
}
