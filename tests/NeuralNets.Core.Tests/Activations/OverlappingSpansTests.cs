using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Activations;

/// <summary>The library's functions either refuse spans that overlap, or compute what they do of separate ones.</summary>
public abstract class OverlappingSpansTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Length = 40;

    private static readonly (int From, int To)[] s_overlaps = [(0, 1), (1, 0), (0, Length - 1), (Length - 1, 0)];

    private static readonly IReadOnlyList<IActivation<T>> s_functions = HiddenActivations.All<T>();

    [Fact]
    public void Evaluate_Overlap_IsRefusedAndNothingIsWritten()
    {
        foreach (IActivation<T> function in s_functions)
        {
            foreach ((int from, int to) in s_overlaps)
            {
                T[] buffer = RandomValues.Create<T>(6, 2 * Length, limit: 5);
                T[] before = [.. buffer];

                Action evaluate = () => function.Evaluate(buffer.AsSpan(from, Length), buffer.AsSpan(to, Length));

                evaluate.Should().Throw<ArgumentException>($"{function}")
                    .WithMessage("The output must be the memory of the input or not overlap it*");
                buffer.Should().Equal(before);
            }
        }
    }

    [Fact]
    public void MultiplyByDerivative_GradientOverlapsArgumentsOrValues_IsRefusedOrThatOfSeparateSpans()
    {
        foreach (IActivation<T> function in s_functions)
        {
            bool refusedAny = false;
            foreach ((int from, int to) in s_overlaps)
            {
                foreach (bool withValues in (bool[])[false, true])
                {
                    T[] z = RandomValues.Create<T>(7, 2 * Length, limit: 5);
                    T[] a = new T[z.Length];
                    function.Evaluate(z, a);
                    T[] shared = withValues ? a : z;
                    T[] before = [.. shared];
                    T[] expected = before[to..(to + Length)];
                    function.MultiplyByDerivative(z.AsSpan(from, Length), a.AsSpan(from, Length), expected);

                    bool refused = false;
                    try
                    {
                        function.MultiplyByDerivative(
                            z.AsSpan(from, Length), a.AsSpan(from, Length), shared.AsSpan(to, Length));
                    }
                    catch (ArgumentException e)
                    {
                        e.Message.Should().StartWith("The output must be the memory of the input or not overlap it");
                        refused = true;
                    }

                    refusedAny |= refused;
                    shared[to..(to + Length)].Should().Equal(refused ? before[to..(to + Length)] : expected, $"{function}");
                }
            }

            refusedAny.Should().Be(function is not Identity<T>, "a derivative that reads neither refuses neither");
        }
    }

    [Fact]
    public void MultiplyByDerivative_GradientIsArgumentsOrValues_IsThatOfSeparateSpans()
    {
        foreach (IActivation<T> function in s_functions)
        {
            foreach (bool withValues in (bool[])[false, true])
            {
                T[] z = RandomValues.Create<T>(8, Length, limit: 5);
                T[] a = new T[Length];
                function.Evaluate(z, a);
                T[] shared = withValues ? a : z;
                T[] expected = [.. shared];
                function.MultiplyByDerivative([.. z], [.. a], expected);

                function.MultiplyByDerivative(z, a, shared);

                shared.Should().Equal(expected, $"{function}");
            }
        }
    }
}

public sealed class OverlappingSpansSingleTests : OverlappingSpansTests<float>;

public sealed class OverlappingSpansDoubleTests : OverlappingSpansTests<double>;
