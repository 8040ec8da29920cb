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
    public void MultiplyByDerivative_GradientOverlapsValues_IsRefusedAndNothingIsWritten()
    {
        foreach (IActivation<T> function in s_functions.Where(function => function is not Identity<T>))
        {
            foreach ((int from, int to) in s_overlaps)
            {
                T[] buffer = RandomValues.Create<T>(7, 2 * Length, limit: 1);
                T[] before = [.. buffer];

                Action multiply = () =>
                    function.MultiplyByDerivative(new T[Length], buffer.AsSpan(from, Length), buffer.AsSpan(to, Length));

                multiply.Should().Throw<ArgumentException>($"{function}")
                    .WithMessage("The output must be the memory of the input or not overlap it*");
                buffer.Should().Equal(before);
            }
        }
    }

    [Fact]
    public void MultiplyByDerivative_GradientOverlapsArgumentsOrIsTheValues_IsThatOfSeparateSpans()
    {
        foreach (IActivation<T> function in s_functions)
        {
            T[] buffer = RandomValues.Create<T>(8, 2 * Length, limit: 5);
            T[] z = buffer[..Length];
            T[] a = new T[Length];
            function.Evaluate(z, a);
            T[] expectedOfOverlap = buffer[1..(Length + 1)];
            T[] expectedOfValues = [.. a];
            function.MultiplyByDerivative(z, a, expectedOfOverlap);
            function.MultiplyByDerivative(z, [.. a], expectedOfValues);

            function.MultiplyByDerivative(buffer.AsSpan(0, Length), a, buffer.AsSpan(1, Length));
            function.MultiplyByDerivative(z, a, a);

            buffer[1..(Length + 1)].Should().Equal(expectedOfOverlap, $"{function}");
            a.Should().Equal(expectedOfValues, $"{function}");
        }
    }
}

public sealed class OverlappingSpansSingleTests : OverlappingSpansTests<float>;

public sealed class OverlappingSpansDoubleTests : OverlappingSpansTests<double>;
