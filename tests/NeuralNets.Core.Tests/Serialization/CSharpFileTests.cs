using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.Activations;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Serialization;

public abstract class CSharpFileTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private delegate void PredictAction(ReadOnlySpan<T> features, Span<T> outputs);

    private delegate int LabelFunction(ReadOnlySpan<T> features);

    private static readonly string s_type = typeof(T) == typeof(float) ? "float" : "double";

    /// <summary>Numbers at which functions and products go other ways.</summary>
    private static readonly T[] s_special =
    [
        .. new[]
        {
            0, -0.0, 1, -1, 0.5, 1e-3, -1e-3, 20, -20, 40, 88.5, -88.5, 104, -104, 110, 709.5, -745, 1e4, -1e4, 1e30, -1e30,
            double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        }.Select(T.CreateChecked),
        T.Epsilon, -T.Epsilon, typeof(T) == typeof(float) ? T.CreateChecked(float.MaxValue) : T.CreateChecked(double.MaxValue),
    ];

    [Fact]
    public void Functions_OfTheCatalog_GiveTheBitsOfTheLibrary()
    {
        (IActivation<T> Function, string Class)[] functions =
        [
            .. HiddenActivations.All<T>().Concat(HiddenActivations.Names.Select(name => HiddenActivations.Create<T>(name, 0.3)))
                .Select((function, i) => (function, $"Network{i}")),
        ];
        T[] x = Numbers(LocalRun.Cases(20_000, 2_000_000));
        T[] expected = new T[x.Length];
        using var compiled = new CompiledSource(functions.Select(each =>
            new Network<T>([1, 1, 1], each.Function, each.Function, seed: 1).ToCSharp(each.Class)));

        foreach ((IActivation<T> function, string name) in functions.Where(each => each.Function is not Identity<T>))
        {
            Func<T, T> exported = compiled.Method<Func<T, T>>(name, function.ToString()!.Split('(')[0]);
            function.Evaluate(x, expected);
            for (int i = 0; i < x.Length; i++)
            {
                if (!RandomValues.SameBits(exported(x[i]), expected[i]))
                {
                    Assert.Fail($"{function} of {x[i]:r} must be {expected[i]:r}, but is {exported(x[i]):r}.");
                }
            }
        }
    }

    [Fact]
    public void Predict_RandomNetworks_GivesTheBitsOfTheLibrary()
    {
        const int Together = 40;
        int count = LocalRun.Cases(40, 1000);
        for (int start = 0; start < count; start += Together)
        {
            Network<T>[] networks = [.. Enumerable.Range(start, Together).Select(RandomNetwork)];
            using var compiled = new CompiledSource(networks.Select((network, i) => network.ToCSharp($"Network{i}", "Some.Where")));
            for (int i = 0; i < networks.Length; i++)
            {
                CheckAnswers(networks[i], compiled, $"Some.Where.Network{i}", new Random(start + i));
            }
        }
    }

    [Fact]
    public void Predict_WideLayers_GivesTheBitsOfTheLibrary()
    {
        var network = new Network<T>([9, 5000, 40], new Tanh<T>(), seed: 1);
        using var compiled = new CompiledSource([network.ToCSharp("Wide")], isChecked: true);

        CheckAnswers(network, compiled, "Wide", new Random(1));
    }

    [Fact]
    public void Predict_AfterTheFirstCall_AllocatesNothing()
    {
        var network = new Network<T>([30, 20, 10], new Gelu<T>(), seed: 1);
        using var compiled = new CompiledSource([network.ToCSharp("Small")]);
        PredictAction predict = compiled.Method<PredictAction>("Small", "Predict");
        T[] features = RandomValues.Create<T>(1, 30);
        T[] outputs = new T[10];
        predict(features, outputs);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 100; i++)
        {
            predict(features, outputs);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public void Predict_OverAnotherNumberOfElementsOrOverlapping_Throws()
    {
        using var compiled = new CompiledSource([new Network<T>([3, 3], new Relu<T>(), seed: 1).ToCSharp("Small")]);
        PredictAction predict = compiled.Method<PredictAction>("Small", "Predict");
        T[] memory = new T[6];

        FluentActions.Invoking(() => predict(new T[2], new T[3])).Should().Throw<ArgumentException>().WithMessage(
            "There must be 3 features, but there are 2. (Parameter 'features')");
        FluentActions.Invoking(() => predict(new T[3], new T[4])).Should().Throw<ArgumentException>().WithMessage(
            "There must be room for 3 outputs, but there is for 4. (Parameter 'outputs')");
        FluentActions.Invoking(() => predict(memory.AsSpan(0, 3), memory.AsSpan(2, 3))).Should().Throw<ArgumentException>().WithMessage(
            "The outputs must not overlap the features. (Parameter 'outputs')");
    }

    [Fact]
    public void ToCSharp_InAnotherCulture_GivesTheSameText()
    {
        Network<T> network = RandomNetwork(5);
        string expected = network.ToCSharp("Some");

        using (new ForeignCulture())
        {
            network.ToCSharp("Some").Should().Be(expected);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("3d")]
    [InlineData("a b")]
    [InlineData("a-b")]
    [InlineData("A.B")]
    [InlineData("class")]
    [InlineData("record")]
    [InlineData("@class")]
    [InlineData("A;")]
    [InlineData("Predict")]
    [InlineData("Span")]
    public void ToCSharp_NoNameForAClass_Throws(string name)
    {
        var network = new Network<T>([2, 2], new Relu<T>(), seed: 1);

        FluentActions.Invoking(() => network.ToCSharp(name)).Should().Throw<ArgumentException>().WithMessage(
            $"The name of a class must be a C# identifier, no word of the language and none that the class uses itself, but is \"{name}\"."
            + " (Parameter 'className')");
    }

    [Theory]
    [InlineData(".")]
    [InlineData("A.")]
    [InlineData("A..B")]
    [InlineData("A.if")]
    [InlineData("A B")]
    public void ToCSharp_NoNameForANamespace_Throws(string name)
    {
        var network = new Network<T>([2, 2], new Relu<T>(), seed: 1);

        FluentActions.Invoking(() => network.ToCSharp("Some", name)).Should().Throw<ArgumentException>().WithMessage(
            $"A namespace must be C# identifiers with dots between them, but is \"{name}\". (Parameter 'namespaceName')");
    }

    [Theory]
    [InlineData("Größe", "Ähnlich.Übung")]
    [InlineData("_a1", "__")]
    [InlineData("small", null)]
    [InlineData("Relu", "Math")]
    [InlineData("Softmax2", "A.System")]
    public void ToCSharp_UnusualNames_Compiles(string className, string? namespaceName)
    {
        var network = new Network<T>([3, 2, 2], new Relu<T>(), seed: 1);
        using var compiled = new CompiledSource([network.ToCSharp(className, namespaceName)]);

        CheckAnswers(network, compiled, namespaceName is null ? className : $"{namespaceName}.{className}", new Random(1));
    }

    [Fact]
    public void ToCSharp_CustomActivation_ThrowsAndNamesTheLayer()
    {
        var network = new Network<T>([4, 3, 2], new Softsign<T>(), seed: 1);

        FluentActions.Invoking(() => network.ToCSharp("Some")).Should().Throw<NotSupportedException>().WithMessage(
            "C# source can have the functions of ActivationCatalog alone, but layer 1 (4 -> 3, Softsign) has another one.");
    }

    [Fact]
    public void Save_ToAFile_WritesTheText()
    {
        using var folder = new TempDirectory();
        Network<T> network = RandomNetwork(1);

        CSharpFile.Save(folder.File("Some.cs"), network, "Some", "Where");

        File.ReadAllText(folder.File("Some.cs")).Should().Be(network.ToCSharp("Some", "Where")).And.Contain($"Span<{s_type}> outputs")
            .And.NotContain("\r");
    }

    /// <summary>Numbers of all sizes, special ones first.</summary>
    private static T[] Numbers(int count)
    {
        var random = new Random(1);
        return
        [
            .. s_special,
            .. Enumerable.Range(0, count).Select(i => (i % 4) switch
            {
                0 => typeof(T) == typeof(float)
                    ? Unsafe.BitCast<float, T>(BitConverter.Int32BitsToSingle((int)random.NextInt64()))
                    : Unsafe.BitCast<double, T>(BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))),
                1 => T.CreateChecked((random.NextDouble() - 0.5) * 240),
                2 => T.CreateChecked((random.NextDouble() - 0.5) * 16),
                _ => T.CreateChecked((random.NextDouble() - 0.5) * 2),
            }),
        ];
    }

    /// <summary>A network of random size, functions and parameters, now and then with special ones.</summary>
    private static Network<T> RandomNetwork(int seed)
    {
        var random = new Random(seed);
        int count = random.Next(1, 5);
        int inputs = random.Next(1, 40);
        var layers = new List<DenseLayer<T>>();
        for (int l = 0; l < count; l++)
        {
            bool isLast = l == count - 1;
            ILayerActivation<T> function = isLast && random.Next(2) == 0
                ? new Softmax<T>()
                : HiddenActivations.Create<T>(HiddenActivations.Names[(seed + l) % HiddenActivations.Names.Count],
                    random.Next(2) == 0 ? null : random.NextDouble());
            int units = function is Softmax<T> ? random.Next(2, 20) : random.Next(1, 40);
            if (isLast && seed % 10 == 3)
            {
                (function, units) = (new Sigmoid<T>(), 1);
            }

            double special = random.Next(4) == 0 ? 0.02 : 0;
            double scale = Math.Pow(10, (random.NextDouble() * 2) - 1) / Math.Sqrt(inputs);
            T Parameter() => random.NextDouble() < special
                ? s_special[random.Next(s_special.Length)]
                : T.CreateChecked(scale * (random.NextDouble() - 0.5) * 4);
            layers.Add(new DenseLayer<T>(
                Matrix<T>.Build.Dense(units, inputs, (_, _) => Parameter()),
                MathNet.Numerics.LinearAlgebra.Vector<T>.Build.Dense(units, _ => Parameter()),
                function));
            inputs = units;
        }

        return new Network<T>(layers);
    }

    private static void CheckAnswers(Network<T> network, CompiledSource compiled, string name, Random random)
    {
        PredictAction predict = compiled.Method<PredictAction>(name, "Predict");
        bool hasLabels = network.OutputActivation is Softmax<T> || (network.OutputActivation is Sigmoid<T> && network.OutputCount == 1);
        LabelFunction? label = hasLabels ? compiled.Method<LabelFunction>(name, "PredictLabel") : null;
        for (int sample = 0; sample < 8; sample++)
        {
            double special = sample % 4 == 3 ? 0.1 : 0;
            double zeros = random.NextDouble() * (sample % 2);
            T[] features =
            [
                .. Enumerable.Range(0, network.InputCount).Select(_ =>
                    random.NextDouble() < special ? s_special[random.Next(s_special.Length)]
                    : random.NextDouble() < zeros ? (random.Next(2) == 0 ? T.Zero : T.NegativeZero)
                    : T.CreateChecked((random.NextDouble() - 0.5) * 4)),
            ];
            T[] expected = new T[network.OutputCount];
            T[] outputs = new T[network.OutputCount];

            network.Predict(features, expected);
            predict(features, outputs);

            for (int i = 0; i < outputs.Length; i++)
            {
                if (!RandomValues.SameBits(outputs[i], expected[i]))
                {
                    Assert.Fail(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{network}, sample {sample}, output {i} must be {expected[i]:r}, but is {outputs[i]:r}."));
                }
            }

            if (label is not null)
            {
                Matrix<T> column = Matrix<T>.Build.Dense(features.Length, 1, features);
                LabelOf(() => label(features)).Should().Be(LabelOf(() => network.PredictLabels(column)[0]));
            }
        }
    }

    private static int LabelOf(Func<int> label)
    {
        try
        {
            return label();
        }
        catch (ArgumentException)
        {
            return -1;
        }
    }
}

public sealed class CSharpFileSingleTests : CSharpFileTests<float>;

public sealed class CSharpFileDoubleTests : CSharpFileTests<double>;
