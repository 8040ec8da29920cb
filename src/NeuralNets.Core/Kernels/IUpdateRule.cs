using System.Numerics;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// What an optimizer does with one parameter: reads its mean gradient and its slots (the numbers that the optimizer remembers of it),
/// and changes the parameter and the slots. Written once over lanes, like <see cref="IBinaryOperator{T}"/>.
/// </summary>
internal interface IUpdateRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of slots per parameter that the rule uses, 0 to 2. The others are passed as 0 and not stored.</summary>
    static abstract int SlotCount { get; }

    void Invoke<TVector, TLane>(TVector gradient, ref TVector parameter, ref TVector slot0, ref TVector slot1)
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>;
}
