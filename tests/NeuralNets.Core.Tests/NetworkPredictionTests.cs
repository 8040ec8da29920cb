using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Tests.Activations;

namespace NeuralNets.Core.Tests;

/// <summary>Prediction of networks, in all its forms.</summary>
[Collection(SimdWidthCollection.Name)]
public abstract class NetworkPredictionTests<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    private const int Inputs = 23;
    private const int Classes = 5;

    private static readonly IReadOnlyList<IActivation<T>> s_activations = HiddenActivations.All<T>();

    private readonly Network<T> _network = WithBiases(
        new Network<T>(
            Inputs,
            [new(17, new Relu<T>()), new(33, new Tanh<T>()), new(9, new Sigmoid<T>()), new(Classes, new Softmax<T>())],
            seed: 4));

    [Fact]
    public void Predict_EachActivationAndDepth_AgreesWithANaiveReferenceInDouble()
    {
        double epsilon = typeof(T) == typeof(float) ? 1.1920928955078125e-7 : 2.220446049250313e-16;
        const int Samples = 20;
        T[] x = RandomValues.Create<T>(1, Inputs * Samples);
        foreach (IActivation<T> activation in s_activations)
        {
            foreach (int[] hidden in new int[][] { [], [17], [40, 8], [12, 30, 7] })
            {
                Network<T> network = WithBiases(new Network<T>([Inputs, .. hidden, Classes], activation, seed: 2));

                Matrix<T> predicted = network.Predict(Matrix<T>.Build.Dense(Inputs, Samples, x));
                double[] actual = [.. predicted.ToColumnMajorArray().Select(double.CreateChecked)];

                for (int j = 0; j < Samples; j++)
                {
                    double[] expected = Reference(network, [.. x.Skip(j * Inputs).Take(Inputs).Select(double.CreateChecked)]);
                    for (int i = 0; i < Classes; i++)
                    {
                        // Four chains of up to 40 products of numbers of the order of 1, and a softmax.
                        actual[(j * Classes) + i]
                            .Should().BeApproximately(expected[i], 200 * epsilon, "{0} of {1} layers", activation, hidden.Length);
                    }
                }
            }
        }
    }

    [Fact]
    public void Predict_HandComputed_IsTheSoftmaxOfTheAffineMap()
    {
        // z = (1·2 + 2·1 − 4, 3·2 + 4·1 − 10) = (0, 0), and for (3, 1): (1, 3).
        var layer = new DenseLayer<T>(
            Matrix<T>.Build.Dense(2, 2, [T.CreateChecked(1), T.CreateChecked(3), T.CreateChecked(2), T.CreateChecked(4)]),
            Vector<T>.Build.Dense([T.CreateChecked(-4), T.CreateChecked(-10)]),
            new Softmax<T>());
        var network = new Network<T>([layer]);

        Matrix<T> p = network.Predict(Matrix<T>.Build.Dense(2, 2, [T.CreateChecked(2), T.One, T.CreateChecked(3), T.One]));

        p.Column(0).Should().Equal(T.CreateChecked(0.5), T.CreateChecked(0.5));
        double.CreateChecked(p[0, 1]).Should().BeApproximately(1 / (1 + Math.Exp(2)), 1e-7);
        double.CreateChecked(p[1, 1]).Should().BeApproximately(1 / (1 + Math.Exp(-2)), 1e-7);
    }

    /// <summary>23 features, of which one is 0 in all samples but one: nearly all inputs count, and samples share tiles.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void Predict_InfiniteWeight_CountsForNothingWhereTheFeatureIsZero(int samples)
    {
        var network = new Network<T>([Inputs, 17, Classes], new Tanh<T>(), seed: 2);
        Matrix<T> features = Matrix<T>.Build.Dense(Inputs, samples, RandomValues.Create<T>(1, Inputs * samples));
        features.ClearRow(3);
        Matrix<T> expected = network.Predict(features);

        network.Layers[0].Weights[5, 3] = T.PositiveInfinity;
        network.Predict(features).ToColumnMajorArray().Should().Equal(expected.ToColumnMajorArray());

        features[3, samples / 2] = T.NegativeOne;
        Matrix<T> actual = network.Predict(features);
        for (int j = 0; j < samples; j++)
        {
            actual.Column(j).Equals(expected.Column(j)).Should().Be(j != samples / 2, "of sample {0}", j);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(256)]
    [InlineData(300)]
    public void Predict_MatrixSpanAndOneByOne_HaveTheSameBits(int samples)
    {
        T[] x = RandomValues.Create<T>(3, Inputs * samples, limit: 2);
        Matrix<T> matrix = Matrix<T>.Build.Dense(Inputs, samples, x);
        T[] inSpan = new T[Classes * samples];
        T[] oneByOne = new T[Classes * samples];

        Matrix<T> inMatrix = _network.Predict(matrix);
        _network.Predict(x, inSpan);
        for (int j = 0; j < samples; j++)
        {
            _network.Predict(x.AsSpan(j * Inputs, Inputs), oneByOne.AsSpan(j * Classes, Classes));
        }

        inMatrix.RowCount.Should().Be(Classes);
        inMatrix.ColumnCount.Should().Be(samples);
        RandomValues.Bits<T>(inSpan).Should().Equal(RandomValues.Bits<T>(oneByOne));
        RandomValues.Bits<T>(inMatrix.ToColumnMajorArray()).Should().Equal(RandomValues.Bits<T>(oneByOne));
        RandomValues.Bits<T>(_network.Predict(Matrix<T>.Build.SparseOfMatrix(matrix)).ToColumnMajorArray())
            .Should().Equal(RandomValues.Bits<T>(oneByOne));
        RandomValues.Bits<T>(x).Should().Equal(RandomValues.Bits<T>(RandomValues.Create<T>(3, Inputs * samples, limit: 2)),
            "the input is only read");

        int[] expected = [.. Enumerable.Range(0, samples).Select(j => FirstLargest(oneByOne.AsSpan(j * Classes, Classes)))];
        int[] spanLabels = new int[samples];
        _network.PredictLabels(x, spanLabels);
        spanLabels.Should().Equal(expected);
        _network.PredictLabels(matrix).Should().Equal(expected);
        if (samples > 0)
        {
            Dataset<T> set = Dataset<T>.FromMatrix(matrix, new int[samples], Classes);
            _network.PredictLabels(set).Should().Equal(expected);
            Matrix<T> ofSet = _network.Predict(set, maxDegreeOfParallelism: 2);
            ofSet.RowCount.Should().Be(Classes);
            ofSet.ColumnCount.Should().Be(samples);
            RandomValues.Bits<T>(ofSet.ToColumnMajorArray()).Should().Equal(RandomValues.Bits<T>(oneByOne));
        }
    }

    [Fact]
    public void Predict_EveryWidth_HasTheSameBits()
    {
        T[] x = RandomValues.Create<T>(5, Inputs * 130, limit: 2);
        T[] expected = new T[Classes * 130];
        _network.Predict(x, expected);

        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            T[] p = new T[expected.Length];
            _network.Predict(x, p);
            RandomValues.Bits<T>(p).Should().Equal(RandomValues.Bits<T>(expected));
        }
    }

    [Fact]
    public void Predict_AnyInput_GivesProbabilities()
    {
        Matrix<T> p = _network.Predict(Matrix<T>.Build.Dense(Inputs, 50, RandomValues.Create<T>(6, Inputs * 50, limit: 1e6)));

        p.Enumerate().Select(double.CreateChecked).Should().OnlyContain(value => value >= 0 && value <= 1);
        p.EnumerateColumns().Should().OnlyContain(
            column => Math.Abs(column.Sum(value => double.CreateChecked(value)) - 1) < 1e-6);
    }

    [Fact]
    public void Predict_SpanInsideAPoisonedOne_WritesItsElementsAlone()
    {
        T poison = T.CreateChecked(-7);
        T[] x = RandomValues.Create<T>(7, Inputs * 3);
        T[] p = new T[(Classes * 3) + 20];
        Array.Fill(p, poison);

        _network.Predict(x, p.AsSpan(10, Classes * 3));

        p[..10].Should().AllBeEquivalentTo(poison);
        p[^10..].Should().AllBeEquivalentTo(poison);
        p[10..^10].Should().NotContain(poison);
    }

    [Fact]
    public void PredictLabels_SeveralMaxima_TakesTheFirst()
    {
        Matrix<T> weights = Matrix<T>.Build.Dense(4, 1, [-T.One, T.One, T.One, T.One]);
        var layer = new DenseLayer<T>(weights, Vector<T>.Build.Dense(4), new Softmax<T>());
        var network = new Network<T>([layer]);

        network.PredictLabels(Matrix<T>.Build.Dense(1, 3, [T.One, T.Zero, -T.One])).Should().Equal(1, 0, 0);
    }

    [Fact]
    public void Predict_OtherNumberOfFeatures_NamesTheLayer()
    {
        var network = new Network<T>([784, 128, 10], new Relu<T>(), seed: 1);
        Matrix<T> wrong = Matrix<T>.Build.Dense(783, 5);

        const string Message = "Layer 1 (784 -> 128, Relu) expects 784 rows, but the input was 783 x 5.*";
        network.Invoking(n => n.Predict(wrong)).Should().Throw<ArgumentException>().WithMessage(Message).WithParameterName("inputs");
        network.Invoking(n => n.PredictLabels(wrong)).Should().Throw<ArgumentException>().WithMessage(Message).WithParameterName("inputs");
        Dataset<T> set = Dataset<T>.FromMatrix(wrong, new int[5], 10);
        const string MessageOfSet = "Layer 1 (784 -> 128, Relu) expects 784 rows, but the data set was 783 x 5.*";
        network.Invoking(n => n.Predict(set)).Should().Throw<ArgumentException>()
            .WithMessage(MessageOfSet).WithParameterName("samples");
        network.Invoking(n => n.PredictLabels(set)).Should().Throw<ArgumentException>()
            .WithMessage(MessageOfSet).WithParameterName("samples");
    }

    [Fact]
    public void Predict_SpansOfWrongLength_SayWhatWasNeeded()
    {
        Action partSample = () => _network.Predict(new T[24], new T[5]);
        Action partSampleLabels = () => _network.PredictLabels(new T[22], new int[1]);
        Action room = () => _network.Predict(new T[46], new T[11]);
        Action labels = () => _network.PredictLabels(new T[46], new int[3]);

        partSample.Should().Throw<ArgumentException>().WithParameterName("inputs")
            .WithMessage("Layer 1 (23 -> 17, Relu) expects whole samples of 23 features, but the input had 24 elements.*");
        partSampleLabels.Should().Throw<ArgumentException>().WithParameterName("inputs")
            .WithMessage("*whole samples of 23 features*22 elements.*");
        room.Should().Throw<ArgumentException>().WithParameterName("outputs")
            .WithMessage("The outputs of 2 samples need 5 x 2 elements, but there was room for 11.*");
        labels.Should().Throw<ArgumentException>().WithParameterName("labels")
            .WithMessage("There must be room for 2 labels, but there was for 3.*");
    }

    [Fact]
    public void Predict_Null_ThrowsArgumentNull()
    {
        Action matrix = () => _network.Predict((Matrix<T>)null!);
        Action labelsOfMatrix = () => _network.PredictLabels((Matrix<T>)null!);
        Action set = () => _network.Predict((Dataset<T>)null!);
        Action labelsOfSet = () => _network.PredictLabels((Dataset<T>)null!);

        matrix.Should().Throw<ArgumentNullException>().WithParameterName("inputs");
        labelsOfMatrix.Should().Throw<ArgumentNullException>().WithParameterName("inputs");
        set.Should().Throw<ArgumentNullException>().WithParameterName("samples");
        labelsOfSet.Should().Throw<ArgumentNullException>().WithParameterName("samples");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    public void Predict_SteadyState_DoesNotAllocate(int samples)
    {
        T[] x = RandomValues.Create<T>(8, Inputs * samples);
        T[] p = new T[Classes * samples];
        int[] labels = new int[samples];

        // A collection in between may empty the pool, so the least of some attempts counts.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            _network.Predict(x, p);
            _network.PredictLabels(x, labels);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10; i++)
            {
                _network.Predict(x, p);
                _network.PredictLabels(x, labels);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        least.Should().Be(0);
    }

    [Fact]
    public void Predict_DataSetOfBytes_NeedsTheMemoryOfTheAnswerAndOfABlock()
    {
        const int Pixels = 28 * 28;
        const int Samples = 4000;
        byte[] pixels = new byte[Samples * Pixels];
        new Random(1).NextBytes(pixels);
        Dataset<T> set = Dataset<T>.FromImages(new LabeledImages(pixels, new byte[Samples], 28, 28));
        var network = new Network<T>([Pixels, 16, 10], new Relu<T>(), seed: 1);
        int element = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Matrix<T> predicted = network.Predict(set);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        const int Block = 128; // samples, with what the pool rounds up to, and packed panels
        allocated.Should().BeLessThan(((10L * Samples) + (4L * Pixels * Block)) * element);
        allocated.Should().BeLessThan((long)Pixels * Samples * element / 5, "the whole input is not copied");
        RandomValues.Bits<T>(predicted.ToColumnMajorArray())
            .Should().Equal(RandomValues.Bits<T>(network.Predict(set.ToMatrix()).ToColumnMajorArray()));
    }

    [Fact]
    public void Predict_EightThreadsAtOnce_HaveTheSameBits()
    {
        const int Threads = 8;
        const int Samples = 200;
        T[] x = RandomValues.Create<T>(9, Inputs * Samples);
        T[] expected = new T[Classes * Samples];
        _network.Predict(x, expected);
        int[] expectedLabels = _network.PredictLabels(Matrix<T>.Build.Dense(Inputs, Samples, x));
        int same = 0;
        using var start = new Barrier(Threads);
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            T[] p = new T[expected.Length];
            int[] labels = new int[Samples];
            start.SignalAndWait();
            for (int i = 0; i < 20; i++)
            {
                Array.Clear(p);
                _network.Predict(x, p);
                _network.PredictLabels(x, labels);
                if (RandomValues.Bits<T>(p).SequenceEqual(RandomValues.Bits<T>(expected)) && labels.SequenceEqual(expectedLabels))
                {
                    Interlocked.Increment(ref same);
                }
            }
        }))];

        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        same.Should().Be(Threads * 20);
    }

    private static double Value(string activation, double z) =>
        ActivationReference.Value(activation.Split('(')[0], z).ToDouble();

    private static Network<T> WithBiases(Network<T> network)
    {
        for (int l = 0; l < network.Layers.Count; l++)
        {
            network.Layers[l].Biases.SetValues(RandomValues.Create<T>(100 + l, network.Layers[l].OutputCount, limit: 0.5));
        }

        return network;
    }

    private static int FirstLargest(ReadOnlySpan<T> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }

    /// <summary>One sample through the network with plain loops in double.</summary>
    private static double[] Reference(Network<T> network, double[] a)
    {
        foreach (DenseLayer<T> layer in network.Layers)
        {
            double[] z = new double[layer.OutputCount];
            for (int i = 0; i < z.Length; i++)
            {
                z[i] = double.CreateChecked(layer.Biases[i]);
                for (int k = 0; k < layer.InputCount; k++)
                {
                    z[i] += double.CreateChecked(layer.Weights[i, k]) * a[k];
                }
            }

            double sum = z.Sum(Math.Exp);
            a = layer.Activation switch
            {
                Softmax<T> => [.. z.Select(value => Math.Exp(value) / sum)],
                Relu<T> => [.. z.Select(value => Math.Max(value, 0))],
                LeakyRelu<T> => [.. z.Select(value => value > 0 ? value : 0.01 * value)],
                Sigmoid<T> => [.. z.Select(value => 1 / (1 + Math.Exp(-value)))],
                Tanh<T> => [.. z.Select(Math.Tanh)],
                Identity<T> => z,
                IActivation<T> => [.. z.Select(value => Value(layer.Activation.ToString()!, value))],
                _ => throw new InvalidOperationException($"There is no reference for {layer.Activation}."),
            };
        }

        return a;
    }
}

public sealed class NetworkPredictionSingleTests : NetworkPredictionTests<float>;

public sealed class NetworkPredictionDoubleTests : NetworkPredictionTests<double>;
