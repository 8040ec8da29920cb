using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Serialization;

namespace NeuralNets.Core.Tests.Activations;

/// <summary>The one list of the library's functions.</summary>
public abstract class ActivationCatalogTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly IReadOnlyList<ActivationEntry<T>> s_entries = ActivationCatalog<T>.Entries;

    [Fact]
    public void Entries_NamesAndTypes_AreUniqueAndAllOfTheLibrary()
    {
        s_entries.Select(entry => entry.Name).Should().OnlyHaveUniqueItems();
        s_entries.Select(entry => entry.Type).Should().OnlyHaveUniqueItems();
        IEnumerable<Type> written =
            from type in typeof(Network<>).Assembly.GetExportedTypes()
            where type is { IsClass: true, IsGenericTypeDefinition: true, Namespace: "NeuralNets.Core.Activations" }
            let closed = type.MakeGenericType(typeof(T))
            where closed.IsAssignableTo(typeof(ILayerActivation<T>))
            select closed;
        s_entries.Select(entry => entry.Type).Should().BeEquivalentTo(written, "a function that files cannot name is not finished");
    }

    [Fact]
    public void Find_WhatAnEntryCreates_IsTheEntry()
    {
        foreach (ActivationEntry<T> entry in s_entries)
        {
            ILayerActivation<T> function = entry.Create();

            function.Should().BeOfType(entry.Type);
            function.ToString().Should().StartWith(entry.Name);
            entry.ToString().Should().Be(entry.Name);
            ActivationCatalog<T>.Find(function).Should().BeSameAs(entry);
            ActivationCatalog<T>.Find(entry.Name).Should().BeSameAs(entry);
            ActivationCatalog<T>.Find(entry.Name.ToUpperInvariant()).Should().BeNull();
        }

        ActivationCatalog<T>.Find("Softsign").Should().BeNull();
        ActivationCatalog<T>.Find(new Tests.Serialization.Softsign<T>("Relu")).Should().BeNull("a custom function may have any name");
        FluentActions.Invoking(() => ActivationCatalog<T>.Find((ILayerActivation<T>)null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Create_Parameter_IsKeptInItsRangeAndRefusedBeyond()
    {
        foreach (ActivationEntry<T> entry in s_entries)
        {
            if (entry.Parameter is not { } parameter)
            {
                entry.Invoking(it => it.Create(0.5)).Should().Throw<ArgumentException>()
                    .WithMessage($"{entry.Name} has no parameter, but got *");
                continue;
            }

            parameter.Name.Should().NotBeNullOrWhiteSpace();
            parameter.ValueOf(entry.Create()).Should().BeApproximately(parameter.Default, 1e-9);
            parameter.Default.Should().BeInRange(parameter.Minimum, parameter.Maximum);
            foreach (double value in (double[])[parameter.Minimum, (parameter.Minimum + parameter.Maximum) / 2, parameter.Maximum])
            {
                parameter.ValueOf(entry.Create(value)).Should().Be(value);
            }

            foreach (double value in (double[])[parameter.Minimum - 0.01, parameter.Maximum + 0.01, double.NaN, double.PositiveInfinity])
            {
                entry.Invoking(it => it.Create(value)).Should().Throw<ArgumentOutOfRangeException>($"{entry.Name}({value})");
            }
        }
    }

    [Fact]
    public void Bound_OfAnyInput_IsNotExceeded() => Prop.ForAll<double, double>((drawn, share) =>
    {
        double limit = double.IsFinite(drawn) ? Math.Abs(drawn) : 1e30;
        double part = double.IsFinite(share) ? Math.Abs(share) - Math.Floor(Math.Abs(share)) : 1;
        foreach (IActivation<T> function in Functions(part))
        {
            T largest = T.CreateSaturating(limit);
            T[] z = [largest, -largest, T.Zero, .. RandomValues.Create<T>(3, 40).Select(value => value * largest)];
            T[] a = new T[z.Length];
            function.Evaluate(z, a);
            double bound = function.Bound(double.CreateChecked(largest));

            // A bound is of real numbers; values are rounded.
            a.Max(value => double.CreateChecked(T.Abs(value)))
                .Should().BeLessThanOrEqualTo(bound * (1 + 1e-6), $"of {function} for {limit}");
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bound_OfTheLibrarysFunctions_IsKnownAndGrowsWithTheInput()
    {
        foreach (IActivation<T> function in Functions(0.5))
        {
            double previous = 0;
            foreach (double z in (double[])[0, 1e-3, 0.5, 1, 10, 1e10, 1e29])
            {
                double bound = function.Bound(z);
                bound.Should().BeInRange(previous, 1.1e29, $"of {function} for {z}: otherwise each epoch evaluates the training set");
                previous = bound;
            }
        }
    }

    [Fact]
    public void Save_NetworkWithEachEntry_IsLoadedWithTheSameFunctions()
    {
        foreach (ActivationEntry<T> entry in s_entries)
        {
            ILayerActivation<T> function = entry.Create(entry.Parameter?.Maximum);
            bool canBeHidden = function is IActivation<T>;
            foreach (bool asOutput in (bool[])[true, false])
            {
                if (!asOutput && !canBeHidden)
                {
                    continue;
                }

                LayerSpec<T>[] layers = asOutput
                    ? [new(4, new Relu<T>()), new(3, function)]
                    : [new(4, function), new(3, new Softmax<T>())];
                var saved = new Network<T>(5, layers, seed: 2);
                var stream = new MemoryStream();

                NetworkFile.Save(stream, saved);
                stream.Position = 0;
                Network<T> loaded = NetworkFile.Load<T>(stream, entry.Name);

                loaded.ComputeParametersSha256().Should().Be(saved.ComputeParametersSha256());
                loaded.Layers.Select(layer => layer.ToString()).Should().Equal(saved.Layers.Select(layer => layer.ToString()));
                loaded.Layers[asOutput ? 1 : 0].Activation.Should().BeOfType(entry.Type);
            }
        }
    }

    [Fact]
    public void Initializer_OfAnEntry_IsThatOfALayer()
    {
        foreach (ActivationEntry<T> entry in s_entries)
        {
            new LayerSpec<T>(3, entry.Create()).Initializer.Should().BeSameAs(entry.Initializer);
        }

        new LayerSpec<T>(3, new Tests.Serialization.Softsign<T>()).Initializer.Should().BeOfType<GlorotUniform>();
    }

    private static IEnumerable<IActivation<T>> Functions(double share) =>
        HiddenActivations.Names.Select(name => HiddenActivations.Create<T>(name, share));
}

public sealed class ActivationCatalogSingleTests : ActivationCatalogTests<float>;

public sealed class ActivationCatalogDoubleTests : ActivationCatalogTests<double>;
