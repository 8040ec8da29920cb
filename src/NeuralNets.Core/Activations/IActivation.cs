using System.Numerics;

namespace NeuralNets.Core.Activations;

/// <summary>
/// An elementwise function of a layer, <c>a = f(z)</c>. Implement it to use a custom function.
/// </summary>
/// <remarks>
/// The library calls an activation from several threads at once, on spans cut anywhere: an implementation keeps no state, and the
/// value of an element depends on that element alone. Then training gives the same bits whatever the number of threads. For
/// the same bits on every machine, too, it must not call functions of the platform's C library, such as <c>T.Exp</c>.
/// <para>
/// An implementation's <see cref="object.ToString"/> names it, in messages and in saved files. The library calls it under the
/// invariant culture, so that a number in it is the same everywhere: <c>$"Elu({alpha})"</c> is <c>Elu(0.5)</c>. A name that is
/// saved has 1 to 1000 characters, not all of them white space, none of them a control character or half a surrogate pair.
/// </para>
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IActivation<T> : ILayerActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Computes <c>a[i] = f(z[i])</c>.</summary>
    /// <param name="z">The inputs of the function.</param>
    /// <param name="a">Receives the values; as long as <paramref name="z"/>, and either the same memory or not overlapping it.</param>
    void Evaluate(ReadOnlySpan<T> z, Span<T> a);

    /// <summary>Computes <c>gradient[i] ← gradient[i]·f′(z[i])</c>: the chain rule through the function.</summary>
    /// <param name="z">The inputs of the function.</param>
    /// <param name="a">Its values <c>f(z[i])</c>, from which many derivatives are cheaper.</param>
    /// <param name="gradient">The derivatives by <paramref name="a"/>, which become those by <paramref name="z"/>. Of the same
    /// length.</param>
    void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient);

    /// <summary>Returns a bound of the function: no <c>|f(z)|</c> is larger where <c>|z|</c> is at most <paramref name="z"/>.</summary>
    /// <param name="z">Not negative, or infinite.</param>
    /// <returns>The bound; infinity, unless the function says better, for not known.</returns>
    /// <remarks>With it, training shows after each epoch that no answer of the network can overflow. Without it, training predicts the
    /// training set after each epoch to find out.</remarks>
    double Bound(double z) => double.PositiveInfinity;

    /// <inheritdoc/>
    void ILayerActivation<T>.Evaluate(ReadOnlySpan<T> z, Span<T> a, int unitCount) => Evaluate(z, a);
}
