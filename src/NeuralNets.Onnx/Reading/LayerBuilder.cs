using System.Globalization;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core;
using NeuralNets.Core.Activations;
using NeuralNets.Onnx.Format;

namespace NeuralNets.Onnx.Reading;

/// <summary>Makes layers of the steps that lead to an output. Factors and summands around a product are multiplied into its weights, in
/// double.</summary>
internal sealed class LayerBuilder(ReadBudget budget)
{
    private readonly List<LayerParts> _layers = [];

    // What is still to be done with the values of the last layer, or with the inputs.
    private double[]? _scale;
    private double[]? _shift;
    private int? _width;

    /// <summary>Whether weights are doubles in the file.</summary>
    public bool IsDouble { get; private set; }

    /// <summary>Makes the layers.</summary>
    /// <param name="output">The values that the network shall answer.</param>
    /// <param name="function">The name of a function to add to an output that has none; null for none.</param>
    /// <exception cref="InvalidDataException">They are not those of a network of dense layers.</exception>
    public IReadOnlyList<LayerParts> Build(SignalValue output, string? function)
    {
        var signals = new Stack<SignalValue>();
        for (SignalValue? signal = output; signal is not null; signal = signal.Step.Source)
        {
            signals.Push(signal);
        }

        foreach (SignalValue signal in signals)
        {
            Add(signal.Step, signal);
            Apply(signal);
        }

        if (!signals.Any(signal => signal.Step is ProductStep))
        {
            throw new InvalidDataException("a network must have a product with weights (Gemm or MatMul), but there is none.");
        }

        if (_scale is not null || _shift is not null)
        {
            AddDiagonal(output);
        }

        if (_layers[^1].Function is null && function is not null)
        {
            _layers[^1].Function = function;
        }

        return _layers;
    }

    /// <summary>Makes a network of the layers.</summary>
    public static Network<T> Create<T>(IEnumerable<LayerParts> layers)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => new(layers.Select(Layer<T>));

    private static DenseLayer<T> Layer<T>(LayerParts parts)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => new(
            Matrix<T>.Build.Dense(parts.OutputCount, parts.InputCount, Array.ConvertAll(parts.Weights, Narrow<T>)),
            Vector<T>.Build.Dense(Array.ConvertAll(parts.Biases, Narrow<T>)),
            ActivationCatalog<T>.Find(parts.Function ?? "Identity")!.Create(parts.Parameter));

    private static T Narrow<T>(double value)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        T narrow = T.CreateChecked(value);
        return T.IsInfinity(narrow) && double.IsFinite(value)
            ? throw new InvalidDataException(FormattableString.Invariant(
                $"weights must be within the range of {typeof(T).Name}, but one is {value}: load the network in double."))
            : narrow;
    }

    private void Add(Step step, SignalValue signal)
    {
        switch (step)
        {
            case InputStep:
                _width = (int?)signal.Width;
                break;
            case ProductStep product:
                AddProduct(product, signal);
                break;
            case LinearStep linear:
                Apply(linear.Scale, linear.Shift, (linear.Scale ?? linear.Shift)!.Length, signal);
                break;
            case SoftmaxStep:
                if (EndOfLinear(signal).OutputCount < 2)
                {
                    throw new InvalidDataException($"a softmax must be of at least 2 values, but that of {signal.Node} is of one.");
                }

                _layers[^1].Function = "Softmax";
                break;
            case ComplementStep:
                AddComplement(signal);
                break;
        }
    }

    /// <summary>Applies the function of each element.</summary>
    private void Apply(SignalValue signal)
    {
        if (signal.Function.Kind == ExpressionKind.Input)
        {
            return;
        }

        if (signal.Function.Linear() is var (factor, summand))
        {
            Apply(factor, summand, signal);
            return;
        }

        CatalogMatch match = CatalogFunctions.Find(signal.Function) ?? throw new InvalidDataException(
            $"the function of a layer must be one of the catalog, but what {signal.Node} ends is none of them.");
        ActivationParameter<double>? parameter = ActivationCatalog<double>.Find(match.Name)!.Parameter;
        if (parameter is not null && !(match.Parameter >= parameter.Minimum && match.Parameter <= parameter.Maximum))
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"the {parameter.Name} of {match.Name} must be between {parameter.Minimum} and {parameter.Maximum}, but is "
                + $"{match.Parameter} in {signal.Node}."));
        }

        Apply(match.Factor, match.Summand, signal);
        LayerParts layer = EndOfLinear(signal);
        layer.Function = match.Name;
        layer.Parameter = match.Parameter;
        Apply(match.Scale, match.Shift, signal);
    }

    private void AddProduct(ProductStep product, SignalValue signal)
    {
        CheckNotSoftmax(signal);
        CheckWidth(product.InputCount, signal);
        budget.TakeNumbers(((long)product.InputCount + 1) * product.OutputCount);
        var layer = new LayerParts(product.InputCount, product.OutputCount);
        IsDouble |= product.Matrix.Type == TensorType.Double;
        ReadOnlySpan<double> matrix = product.Matrix.Numbers;
        for (int input = 0; input < layer.InputCount; input++)
        {
            for (int output = 0; output < layer.OutputCount; output++)
            {
                double weight = product.Factor * matrix[product.IsTransposed
                    ? (output * layer.InputCount) + input
                    : (input * layer.OutputCount) + output];
                layer.Weights[(input * layer.OutputCount) + output] = weight * (_scale?[input] ?? 1);
                layer.Biases[output] += _shift is null ? 0 : weight * _shift[input];
            }
        }

        _scale = _shift = null;
        _layers.Add(layer);
        _width = layer.OutputCount;
    }

    private void AddComplement(SignalValue signal)
    {
        if (_scale is not null || _shift is not null || _layers.Count == 0 || _layers[^1] is not { Function: "Sigmoid", OutputCount: 1 })
        {
            throw new InvalidDataException(
                $"two probabilities must be 1 - p and p with p from a sigmoid of one value, but {signal.Node} makes them of something "
                + "else.");
        }

        // The softmax of 0 and z is 1 - σ(z) and σ(z).
        LayerParts single = _layers[^1];
        budget.TakeNumbers(((long)single.InputCount + 1) * 2);
        var pair = new LayerParts(single.InputCount, 2) { Function = "Softmax" };
        for (int input = 0; input < single.InputCount; input++)
        {
            pair.Weights[(2 * input) + 1] = single.Weights[input];
        }

        pair.Biases[1] = single.Biases[0];
        _layers[^1] = pair;
        _width = 2;
    }

    private void Apply(double factor, double summand, SignalValue signal)
    {
        if ((factor, summand) == (1, 0))
        {
            return;
        }

        int width = _width ?? throw new InvalidDataException(
            $"the number of features must be known, but the shape of the input does not say it, and {signal.Node} needs it.");
        budget.TakeNumbers(2L * width);
        double[]? scale = factor == 1 ? null : [.. Enumerable.Repeat(factor, width)];
        double[]? shift = summand == 0 ? null : [.. Enumerable.Repeat(summand, width)];
        Apply(scale, shift, width, signal);
    }

    private void Apply(double[]? scale, double[]? shift, int width, SignalValue signal)
    {
        CheckNotSoftmax(signal);
        CheckWidth(width, signal);
        if (_layers.Count > 0 && _layers[^1].Function is null && _scale is null && _shift is null)
        {
            budget.TakeNumbers(scale is null ? 0 : _layers[^1].Weights.Length);
            _layers[^1].Apply(scale, shift);
            return;
        }

        budget.TakeNumbers(2L * width);
        _shift = _shift is null ? shift
            : [.. Enumerable.Range(0, width).Select(i => (_shift[i] * (scale?[i] ?? 1)) + (shift?[i] ?? 0))];
        _scale = _scale is null ? scale
            : [.. Enumerable.Range(0, width).Select(i => _scale[i] * (scale?[i] ?? 1))];
    }

    /// <summary>Returns a layer without a function that has what a function is to be of: a new one if there is none.</summary>
    private LayerParts EndOfLinear(SignalValue signal)
    {
        CheckNotSoftmax(signal);
        if (_layers.Count == 0 || _layers[^1].Function is not null || _scale is not null || _shift is not null)
        {
            AddDiagonal(signal);
        }

        return _layers[^1];
    }

    /// <summary>Adds a layer that multiplies each value by itself and adds to it.</summary>
    private void AddDiagonal(SignalValue signal)
    {
        CheckNotSoftmax(signal);
        int width = _width ?? throw new InvalidDataException(
            $"the number of features must be known, but the shape of the input does not say it, and {signal.Node} needs it.");
        budget.TakeNumbers(((long)width + 1) * width);
        var layer = new LayerParts(width, width);
        for (int i = 0; i < width; i++)
        {
            layer.Weights[i * (width + 1)] = _scale?[i] ?? 1;
            layer.Biases[i] = _shift?[i] ?? 0;
        }

        _scale = _shift = null;
        _layers.Add(layer);
    }

    private void CheckNotSoftmax(SignalValue signal)
    {
        if (_layers.Count > 0 && _layers[^1].Function == "Softmax")
        {
            throw new InvalidDataException($"Softmax must be the function of the output layer, but {signal.Node} follows it.");
        }
    }

    private void CheckWidth(int width, SignalValue signal)
    {
        _width ??= width;
        if (_width != width)
        {
            throw new InvalidDataException($"{signal.Node} must take the {_width} values before it, but takes {width}.");
        }
    }
}
