using System.Numerics;

namespace NeuralNets.Core.Activations;

/// <summary>
/// The function of a layer, <c>A = f(Z)</c>, column by column: <see cref="Softmax{T}"/>, or a function of each element for itself,
/// <see cref="IActivation{T}"/>, which is the interface to implement for a custom function.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface ILayerActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Computes the values of adjacent columns. Does not allocate.</summary>
    /// <param name="z">The inputs of the function, (units × samples), column-major.</param>
    /// <param name="a">Receives the values; as long as <paramref name="z"/>, and either the same memory or not overlapping it.</param>
    /// <param name="unitCount">The length of a column.</param>
    void Evaluate(ReadOnlySpan<T> z, Span<T> a, int unitCount);
}
