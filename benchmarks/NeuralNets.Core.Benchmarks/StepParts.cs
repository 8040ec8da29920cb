using System.Diagnostics;
using System.Text.Json;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Training;
using NeuralNets.Core.Training.Steps;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// Where the time of a training step goes, on one thread: the parts of a step of 784-128-32-10 in float, in the order and with
/// the memory of the real one, a clock read between them. Prints one JSON line: for each part the microseconds (median) and, for
/// a product, its fraction of the peak of this machine.
/// </summary>
internal static class StepParts
{
    private const int Repetitions = 2000;

    public static int Run(string[] args)
    {
        int batch = 64;
        string? folder = null;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--batch" when i + 1 < args.Length && int.TryParse(args[i + 1], out batch) && batch is > 0 and <= 4096:
                case "--data" when i + 1 < args.Length:
                    folder = args[i] == "--data" ? args[i + 1] : folder;
                    i++;
                    break;
                default:
                    Console.Error.WriteLine("usage: step [--batch 64] [--data DIR]; without a folder the inputs are noise, without zeros");
                    return 2;
            }
        }

        Dataset<float> data = folder is null ? Noise() : Race.Load<float>(folder, "train");
        Console.WriteLine(JsonSerializer.Serialize(Measure(data, batch)));
        return 0;
    }

    private static Dataset<float> Noise()
    {
        const int Samples = 60_000;
        var random = new Random(1);
        byte[] pixels = new byte[Samples * 784];
        random.NextBytes(pixels);
        byte[] labels = new byte[Samples];
        for (int i = 0; i < Samples; i++)
        {
            labels[i] = (byte)random.Next(10);
        }

        return Dataset<float>.FromImages(new LabeledImages(pixels, labels, 28, 28));
    }

    private static Dictionary<string, object> Measure(Dataset<float> data, int batch)
    {
        int[] sizes = [784, 128, 32, 10];
        var network = new Network<float>(sizes, new Relu<float>(), seed: 1);
        DenseLayer<float>[] layers = [.. network.Layers];
        int[] order = new int[data.Count];
        RandomSequence.ForShuffle(1, 0).Permutation(order);
        var input = new MicroBatchInput<float>(data, batch, new TrainingSettings<float>());
        var inputScratch = new InputScratch(784, batch) { LargestWeight = 1 };
        float[][] z = [.. layers.Select(layer => new float[layer.OutputCount * batch])];
        float[][] a = [.. layers.Select(layer => new float[layer.OutputCount * batch])];
        float[][] dz = [.. layers.Select(layer => new float[layer.OutputCount * batch])];
        float[][] db = [.. layers.Select(layer => new float[layer.OutputCount])];
        double[] costs = new double[batch];
        int[] batchLabels = new int[batch];
        var loss = new CrossEntropyLoss<float>();
        var update = new ParameterUpdate<float>(new Sgd(), new UpdateStep(1e-6, 1), 1f / batch, L1: 0, L2: 0, WaitsForNorm: false);

        var parts = new List<(string Name, double Operations, Action Body)>();
        int position = 0;
        parts.Add(("x, z1 = W·x", Operations(layers[0], batch), () =>
        {
            position = (position + batch) % (data.Count - (2 * batch));
            ReadOnlySpan<int> next = order.AsSpan(position + batch, batch);
            var microBatch = new MicroBatch(order.AsSpan(position, batch), next, isFirst: true, isLast: true);
            input.Multiply(microBatch, 0, batch, next, layers[0].WeightView, inputScratch.LargestWeight, inputScratch, z[0]);
        }
        ));
        parts.Add(("z1 + b", 0, () => Columns.Add(z[0], layers[0].BiasSpan, batch)));
        for (int l = 0; l < layers.Length; l++)
        {
            int index = l;
            DenseLayer<float> layer = layers[l];
            if (l > 0)
            {
                parts.Add(($"z{l + 1} = W·a + b", Operations(layer, batch), () =>
                    layer.Affine(MatrixView<float>.ColumnMajor(a[index - 1], layer.InputCount, batch), z[index], ManagedBackend.Instance)));
            }

            if (l < layers.Length - 1 && layer.Activation is IActivation<float> activation)
            {
                parts.Add(($"a{l + 1} = f(z)", 0, () => activation.Evaluate(z[index], a[index])));
            }
        }

        parts.Add(("softmax, cost, dz3", 0, () =>
        {
            for (int j = 0; j < batch; j++)
            {
                batchLabels[j] = data.Labels[order[position + j]];
            }

            loss.Evaluate(z[^1], new TargetBatch<float>(batchLabels), dz[^1], costs);
        }
        ));
        for (int l = layers.Length - 2; l >= 0; l--)
        {
            int index = l;
            DenseLayer<float> next = layers[l + 1];
            parts.Add(($"dz{l + 1} = W'·dz", Operations(next, batch), () => Gemm.Product(
                next.WeightView.Transposed,
                MatrixView<float>.ColumnMajor(dz[index + 1], next.OutputCount, batch),
                dz[index],
                layers[index].OutputCount)));
            parts.Add(($"dz{l + 1} ∘ f'", 0, () =>
                ((IActivation<float>)layers[index].Activation).MultiplyByDerivative(z[index], a[index], dz[index])));
        }

        for (int l = 0; l < layers.Length; l++)
        {
            int index = l;
            DenseLayer<float> layer = layers[l];
            parts.Add(($"W{l + 1} -= dz·a'", Operations(layer, batch), () =>
            {
                var whole = new MicroBatch(order.AsSpan(0, batch), [], isFirst: true, isLast: true);
                var weights = new ParameterBlock<float>(layer.WeightSpan, Array.Empty<float>(), [], [], areWeights: true);
                var derivatives = MatrixView<float>.ColumnMajor(dz[index], layer.OutputCount, batch);
                if (index == 0)
                {
                    input.Update(whole, derivatives, 0, layer.InputCount, inputScratch, weights, update);
                }
                else
                {
                    weights.Take(
                        whole,
                        new GradientProduct<float>(
                            ManagedBackend.Instance, derivatives, MatrixView<float>.ColumnMajor(a[index - 1], layer.InputCount, batch)),
                        update);
                }
            }
            ));
            parts.Add(($"b{l + 1}", 0, () =>
                new ParameterBlock<float>(layer.BiasSpan, db[index], [], [], areWeights: false).TakeBiases(
                    new MicroBatch(order.AsSpan(0, batch), [], isFirst: true, isLast: true), dz[index], update)));
        }

        long[,] times = new long[parts.Count, Repetitions];
        for (int repetition = -Repetitions; repetition < Repetitions; repetition++)
        {
            long before = Stopwatch.GetTimestamp();
            for (int part = 0; part < parts.Count; part++)
            {
                parts[part].Body();
                long after = Stopwatch.GetTimestamp();
                times[part, Math.Max(repetition, 0)] = after - before;
                before = after;
            }
        }

        double peak = GemmRates.Peak<float>();
        var figures = new Dictionary<string, object> { ["batch"] = batch, ["peak"] = Math.Round(peak, 1) };
        double sum = 0, atPeak = 0;
        for (int part = 0; part < parts.Count; part++)
        {
            long[] row = [.. Enumerable.Range(0, Repetitions).Select(i => times[part, i])];
            Array.Sort(row);
            double seconds = row[Repetitions / 2] / (double)Stopwatch.Frequency;
            double least = parts[part].Operations / (peak * 1e9);
            sum += seconds;
            atPeak += least;
            figures[parts[part].Name] = least == 0
                ? new { us = Math.Round(seconds * 1e6, 2) }
                : new
                {
                    us = Math.Round(seconds * 1e6, 2),
                    lost = Math.Round((seconds - least) * 1e6, 2),
                    ofPeak = Math.Round(least / seconds, 3),
                };
        }

        figures["step"] = new { us = Math.Round(sum * 1e6, 1), atPeak = Math.Round(atPeak * 1e6, 1), ofPeak = Math.Round(atPeak / sum, 3) };
        return figures;
    }

    private static double Operations(DenseLayer<float> layer, int batch) => 2.0 * layer.InputCount * layer.OutputCount * batch;
}
