using System.Globalization;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Evaluation;

/// <summary>Compares the gradient by which a network is trained with differences of its cost: a wrong derivative in an activation or a
/// loss of one's own does not fail, the network only learns badly.</summary>
/// <example><code>
/// var network = new Network&lt;double>([4, 8, 3], new Softsign&lt;double>(), seed: 1);
/// Console.WriteLine(GradientCheck.Run(network, set.Take(10)));
/// </code></example>
/// <remarks>
/// <para>For each parameter w of the network, the derivative of the mean cost that a step of training computes is held beside
/// <c>(C(w + h) − C(w − h))/2h</c> with <c>h = ∛ε·max(1, |w|)</c>, in double. The error of a parameter is
/// <c>|a − n|/max(|a|, |n|, 10⁻⁴·max(1, C))</c> with the analytic derivative a and the numeric n; the last term keeps the rounding of the
/// cost, about 10⁻¹⁰ in n, from counting where the derivative is small. Right derivatives have errors around 10⁻⁷, and a check is passed
/// below 10⁻⁵.</para>
/// <para>Differences say nothing across a kink, such as that of ReLU at 0. Where the two numbers differ, h/8 is tried as well. If they
/// differ still, and <c>C(w + h) − C(w)</c> and <c>C(w) − C(w − h)</c> do not come closer as they do for a smooth function, the parameter
/// is not compared, but counted in <see cref="KinkCount"/>.</para>
/// <para>There are two passes over the samples per parameter: take a small network, and as few samples as reach all parts of the function.
/// Features should be of a size around 1, as for training.</para>
/// </remarks>
public sealed class GradientCheck
{
    private const double Tolerance = 1e-5;
    private const double NegligibleGradient = 1e-4;
    private const double StepRatio = 8;

    private GradientCheck(ParameterGradient? worst, long comparedCount, long kinkCount)
    {
        Worst = worst;
        ComparedCount = comparedCount;
        KinkCount = kinkCount;
    }

    /// <summary>Whether parameters were compared and the error of none is above 10⁻⁵.</summary>
    public bool IsPassed => Worst?.RelativeError <= Tolerance;

    /// <summary>The parameter with the largest error, the first of several; null if none was compared.</summary>
    public ParameterGradient? Worst { get; }

    /// <summary>The number of parameters that were compared.</summary>
    public long ComparedCount { get; }

    /// <summary>The number of parameters that were not compared, since the cost has a kink there.</summary>
    public long KinkCount { get; }

    /// <summary>Checks the gradient for all parameters of a network.</summary>
    /// <param name="network">The network; it stays as it is.</param>
    /// <param name="samples">The samples whose mean cost it is, by weight.</param>
    /// <param name="loss">The loss; null for the usual one of the output function.</param>
    /// <returns>The outcome.</returns>
    /// <exception cref="ArgumentException">The samples or the loss do not belong to the network, there is no usual loss, or the mean cost
    /// is NaN or infinite.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> or <paramref name="samples"/> is null.</exception>
    /// <exception cref="InvalidOperationException">Native code has changed how a thread rounds, or that subnormal numbers count as
    /// zero.</exception>
    public static GradientCheck Run(Network<double> network, Dataset<double> samples, ILoss<double>? loss = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        double cost = network.Evaluate(samples, loss).Cost.Mean; // checks the arguments, too
        if (!double.IsFinite(cost))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The mean cost must be finite to have a gradient, but was {cost}."), nameof(samples));
        }

        Network<double> copy = network.Clone();
        var trainer = new GradientDescentTrainer<double>(copy) { Optimizer = new GradientRecorder(), BatchSize = samples.Count };
        trainer.Loss = loss ?? trainer.Loss!;
        trainer.Fit(samples, epochs: 1);
        var check = new Comparison(copy, samples, trainer.Loss, cost);
        for (int l = 0; l < copy.Layers.Count; l++)
        {
            LayerSlots<double> gradient = trainer.State.Layers[l];
            DenseLayer<double> layer = copy.Layers[l];
            for (int i = 0; i < layer.WeightSpan.Length; i++)
            {
                check.Compare(
                    ref layer.WeightSpan[i],
                    new(l, i % layer.OutputCount, i / layer.OutputCount, gradient.Weights[0][i], double.NaN, double.NaN));
            }

            for (int i = 0; i < layer.OutputCount; i++)
            {
                check.Compare(ref layer.BiasSpan[i], new(l, i, null, gradient.Biases[0][i], double.NaN, double.NaN));
            }
        }

        return new(check.Worst, check.ComparedCount, check.KinkCount);
    }

    /// <summary>Returns whether the check is passed, and the worst parameter.</summary>
    /// <returns>For instance <c>passed: 67 parameters, the worst is Layers[0].Weights[3, 2]: analytic 0.25, numeric 0.25, relative error
    /// 2E-09</c>, in the invariant culture.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsPassed ? "passed" : "failed")}: {ComparedCount} parameters")
        + (KinkCount > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({KinkCount} more lie at a kink)") : string.Empty)
        + (Worst is null ? string.Empty : $", the worst is {Worst}");

    /// <summary>The comparison of one parameter after the other.</summary>
    private sealed class Comparison(Network<double> network, Dataset<double> samples, ILoss<double> loss, double cost)
    {
        private static readonly double s_step = Math.ScaleB(1, -17); // near the cube root of the machine epsilon, and exact in sums

        private readonly double[] _costs = new double[samples.Count];
        private readonly bool[] _correct = new bool[samples.Count];

        public ParameterGradient? Worst { get; private set; }

        public long ComparedCount { get; private set; }

        public long KinkCount { get; private set; }

        /// <param name="parameter">A parameter of the network, which is as it was afterwards.</param>
        /// <param name="known">Its place and its analytic derivative.</param>
        public void Compare(ref double parameter, ParameterGradient known)
        {
            double step = s_step * Math.Max(1, Math.Abs(parameter));
            (ParameterGradient found, double bend, double scale) = Measure(ref parameter, step, known);
            if (found.RelativeError > Tolerance)
            {
                (found, double closerBend, scale) = Measure(ref parameter, step / StepRatio, known);
                if (found.RelativeError > Tolerance && closerBend > (bend * 2 / StepRatio) + (Tolerance / 10 * scale))
                {
                    KinkCount++;
                    return;
                }
            }

            ComparedCount++;
            if (Worst is null || found.RelativeError > Worst.RelativeError)
            {
                Worst = found;
            }
        }

        /// <summary>Returns the comparison, how different the slopes on both sides are, which for a smooth function falls with the step,
        /// and the size of derivative that counts.</summary>
        private (ParameterGradient Found, double Bend, double Scale) Measure(ref double parameter, double step, ParameterGradient known)
        {
            double value = parameter;
            double above = value + step;
            double below = value - step;
            parameter = above;
            double costAbove = MeanCost();
            parameter = below;
            double costBelow = MeanCost();
            parameter = value;

            // By what the parameter really moved: the sums are rounded.
            double numeric = (costAbove - costBelow) / (above - below);
            double bend = Math.Abs(((costAbove - cost) / (above - value)) - ((cost - costBelow) / (value - below)));
            double scale = Math.Max(
                NegligibleGradient * Math.Max(1, cost), Math.Max(Math.Abs(known.Analytic), Math.Abs(numeric)));
            double error = Math.Abs(known.Analytic - numeric) / scale;
            error = double.IsFinite(error) ? error : double.PositiveInfinity; // an analytic derivative that is not a number
            return (known with { Numeric = numeric, RelativeError = error }, bend, scale);
        }

        private double MeanCost()
        {
            network.Evaluate(samples, 0, _costs, _correct, loss, ManagedBackend.Instance);
            return Network<double>.ScoreOf(samples, _costs, _correct).Cost.Mean;
        }
    }
}
