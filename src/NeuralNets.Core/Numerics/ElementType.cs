using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace NeuralNets.Core.Numerics;

/// <summary>The element types that the library computes in.</summary>
internal static class ElementType
{
    /// <summary>Refuses any element type but float and double; called at the first public entry point of each type.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static void Check<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            Throw(typeof(T));
        }
    }

    [DoesNotReturn]
    private static void Throw(Type type) =>
        throw new NotSupportedException($"The element type must be float or double, but was {type.Name}.");
}
