using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

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

    /// <summary>Rounds a number to the element type. Does not allocate, also before the runtime optimizes, unlike
    /// <c>T.CreateChecked</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T FromDouble<T>(double number)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? (T)(object)(float)number : (T)(object)number;

    /// <summary>Returns a number of the element type as a double, exactly. Does not allocate, also before the runtime optimizes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double ToDouble<T>(T number)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? (float)(object)number : (double)(object)number;

    [DoesNotReturn]
    private static void Throw(Type type) =>
        throw new NotSupportedException($"The element type must be float or double, but was {type.Name}.");
}
