using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Optimizers;

/// <summary>A rule of one's own.</summary>
/// <remarks>
/// <para>A rule changes each parameter by its own gradient and what is remembered of it alone: the library calls it from several threads
/// at once with pieces of a layer that are cut anywhere, so nothing may depend on the neighbours of an element or on the length of a
/// piece, and the object keeps no state.</para>
/// <para>A trainer remembers the slots and writes them to checkpoints by the name of the rule. Numbers of the rule are not saved:
/// <see cref="Training.CheckpointFile"/> is given the rule again.</para>
/// </remarks>
public abstract class CustomOptimizer : Optimizer
{
    private readonly string[] _slotNames;

    /// <summary>Creates a rule.</summary>
    /// <param name="name">Its name in checkpoints, other than that of a built-in rule.</param>
    /// <param name="slotNames">The names of what is remembered of each parameter, at most two, of letters, digits and hyphens.</param>
    /// <exception cref="ArgumentException">A name is not such a name, two are the same, or there are more than two slots.</exception>
    /// <exception cref="ArgumentNullException">A name is null.</exception>
    protected CustomOptimizer(string name, params IEnumerable<string> slotNames)
    {
        ArgumentNullException.ThrowIfNull(slotNames);
        Name = Checked(name, nameof(name));
        _slotNames = [.. slotNames.Select(slot => Checked(slot, nameof(slotNames)))];
        if (_slotNames.Length > 2 || _slotNames.Distinct().Count() < _slotNames.Length)
        {
            throw new ArgumentException(
                $"A rule remembers at most two numbers of each parameter, with different names, but has {string.Join(", ", _slotNames)}.",
                nameof(slotNames));
        }

        if (OptimizerCatalog.IsBuiltIn(name))
        {
            throw new ArgumentException($"A custom rule needs a name of its own, but {name} is a built-in one.", nameof(name));
        }
    }

    /// <inheritdoc/>
    internal sealed override string Name { get; }

    /// <inheritdoc/>
    internal sealed override IReadOnlyList<string> SlotNames => _slotNames;

    /// <summary>Changes some parameters. Does not allocate.</summary>
    /// <param name="update">The numbers of the update.</param>
    /// <param name="gradient">The mean gradient over the batch, with penalties and after clipping.</param>
    /// <param name="parameters">The parameters, as many.</param>
    /// <param name="slot0">What the rule remembers first, as many, zeros at first; empty if it has no slot.</param>
    /// <param name="slot1">What the rule remembers second, as many, zeros at first; empty if it has fewer than two slots.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    protected abstract void Change<T>(UpdateStep update, ReadOnlySpan<T> gradient, Span<T> parameters, Span<T> slot0, Span<T> slot1)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    /// <inheritdoc/>
    internal sealed override double Update<T>(
        UpdateStep step, Span<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1)
    {
        UpdateKernel.Scale(sums, scale);
        Change(step, sums, parameters, slot0, slot1);
        return Magnitude.Max<T>(parameters);
    }

    private static string Checked(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? name
            : throw new ArgumentException(
                $"A name in checkpoints must be of letters from a to z, digits and hyphens, but is {name}.", parameter);
    }
}
