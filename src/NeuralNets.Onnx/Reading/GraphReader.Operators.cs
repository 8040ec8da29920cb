using NeuralNets.Onnx.Format;

namespace NeuralNets.Onnx.Reading;

/// <content>The operators that make layers.</content>
internal sealed partial class GraphReader
{
    private static readonly Dictionary<string, ExpressionKind> s_unary = new(StringComparer.Ordinal)
    {
        ["Relu"] = ExpressionKind.Relu,
        ["Sigmoid"] = ExpressionKind.Sigmoid,
        ["Tanh"] = ExpressionKind.Tanh,
        ["Softplus"] = ExpressionKind.Softplus,
        ["Mish"] = ExpressionKind.Mish,
        ["Erf"] = ExpressionKind.Erf,
        ["Exp"] = ExpressionKind.Exp,
        ["Log"] = ExpressionKind.Log,
        ["Neg"] = ExpressionKind.Negate,
        ["Abs"] = ExpressionKind.Absolute,
        ["Reciprocal"] = ExpressionKind.Reciprocal,
    };

    /// <summary>Returns what a node makes; null if that is no part of a network.</summary>
    private GraphValue? Apply(OnnxNode node, GraphValue?[] inputs)
    {
        GraphValue? first = inputs.ElementAtOrDefault(0);
        GraphValue? second = inputs.ElementAtOrDefault(1);
        if (node.Domain is not ("" or "ai.onnx"))
        {
            return node.Domain == "ai.onnx.ml" && first is SignalValue values ? ApplyMachineLearning(node, values) : null;
        }

        if (s_unary.TryGetValue(node.Operator, out ExpressionKind kind))
        {
            return first is SignalValue signal ? Function(node, signal, kind) : null;
        }

        switch (node.Operator)
        {
            case "Gemm":
                return Gemm(node, first, second, inputs.ElementAtOrDefault(2));
            case "MatMul":
                return Product(node, first, second, false, false, 1);
            case "Add":
                return Binary(node, first, second, ExpressionKind.Add);
            case "Sub":
                return Binary(node, first, second, ExpressionKind.Subtract);
            case "Mul":
                return Binary(node, first, second, ExpressionKind.Multiply);
            case "Div":
                return Binary(node, first, second, ExpressionKind.Divide);
            case "Sum":
                return inputs.Length == 2 ? Binary(node, first, second, ExpressionKind.Add) : inputs.Length == 1 ? first : null;
            case "Min":
                return inputs.Length == 2 ? Binary(node, first, second, ExpressionKind.Minimum) : null;
            case "Max":
                return inputs.Length == 2 ? Binary(node, first, second, ExpressionKind.Maximum) : null;
            case "Greater" or "GreaterOrEqual" or "Less" or "LessOrEqual":
                return first is SignalValue && second is ConstantValue ? new LabelValue((SignalValue)first, IsLargest: false) : null;
        }

        return first switch
        {
            SignalValue signal => ApplyToSignal(node, signal, inputs),
            ConstantValue constant => ApplyToConstant(node, constant, inputs),
            _ => null,
        };
    }

    private GraphValue? ApplyToSignal(OnnxNode node, SignalValue signal, GraphValue?[] inputs)
    {
        switch (node.Operator)
        {
            case "LeakyRelu":
                return Function(node, signal, ExpressionKind.LeakyRelu, node.Number("alpha", 0.01));
            case "PRelu":
                return PRelu(node, signal, inputs.ElementAtOrDefault(1) as ConstantValue);
            case "Elu":
                return Function(node, signal, ExpressionKind.Elu, node.Number("alpha", 1));
            case "Selu":
                return IsDefault(node, "alpha", 1.6732632) && IsDefault(node, "gamma", 1.050701)
                    ? Function(node, signal, ExpressionKind.Selu)
                    : null;
            case "Gelu":
                return node["approximate"]?.Text is null or "none" ? Function(node, signal, ExpressionKind.Gelu) : null;
            case "Swish":
                return node.Number("alpha", 1) == 1 ? Function(node, signal, ExpressionKind.Silu) : null;
            case "Clip":
                return Clip(node, signal, inputs);
            case "Softmax":
                return Softmax(node, signal);
            case "ArgMax":
                return new LabelValue(signal, IsLargest: true);
            case "BatchNormalization":
                return BatchNormalization(node, signal, inputs);
            case "Concat":
                return Complement(node, inputs);
            case "Cast":
                return node.Integer("to", 0) is (long)TensorType.Float or (long)TensorType.Double
                    ? signal with { Node = node }
                    : new LabelValue(signal, IsLargest: false);
            case "Identity":
                return signal;
            case "Dropout":
                return IsInference(node, inputs) ? signal : null;
            default:
                return ApplyShape(node, signal, inputs);
        }
    }

    private GraphValue? ApplyMachineLearning(OnnxNode node, SignalValue signal) => node.Operator switch
    {
        "ZipMap" or "FeatureVectorizer" when node.Inputs.Count == 1 => signal,
        "Scaler" => Scaler(node, signal),
        "Binarizer" => new LabelValue(signal, IsLargest: false),
        _ => null,
    };

    private static SignalValue? Function(OnnxNode node, SignalValue signal, ExpressionKind kind, double parameter = 0) =>
        Elementwise(node, signal, new Expression(kind, signal.Function, null, parameter));

    private static SignalValue? Elementwise(OnnxNode node, SignalValue signal, Expression function) =>
        function.Size <= Expression.MaxSize ? signal with { Function = function, Node = node } : null;

    private static SignalValue After(OnnxNode node, Step step, long[]? dimensions, bool isColumns) =>
        new(step, Expression.Input, dimensions, isColumns, node);

    private static bool IsDefault(OnnxNode node, string attribute, double value) =>
        Math.Abs(node.Number(attribute, value) - value) < 1e-6;

    private SignalValue? Gemm(OnnxNode node, GraphValue? left, GraphValue? right, GraphValue? summand)
    {
        bool transposesLeft = node.Integer("transA", 0) != 0;
        bool transposesRight = node.Integer("transB", 0) != 0;
        SignalValue? product = Product(node, left, right, transposesLeft, transposesRight, node.Number("alpha", 1));
        double beta = node.Number("beta", 1);
        if (product is null || summand is null || beta == 0)
        {
            return product;
        }

        if (summand is not ConstantValue constant)
        {
            return null;
        }

        if (beta != 1)
        {
            _budget.TakeNumbers(constant.Numbers.Length);
            constant = constant with { Numbers = [.. constant.Numbers.Select(number => number * beta)] };
        }

        return Binary(node, product, constant, ExpressionKind.Add) as SignalValue;
    }

    private static SignalValue? Product(
        OnnxNode node, GraphValue? left, GraphValue? right, bool transposesLeft, bool transposesRight, double factor)
    {
        // Rows times weights, or weights times columns.
        if (left is SignalValue rows && right is ConstantValue { IsMatrix: true } weights && rows.IsColumns == transposesLeft)
        {
            return Product(rows, new ProductStep(rows, weights, transposesRight, factor), isColumns: false);
        }

        return right is SignalValue columns && left is ConstantValue { IsMatrix: true } matrix && columns.IsColumns != transposesRight
            ? Product(columns, new ProductStep(columns, matrix, !transposesLeft, factor), isColumns: true)
            : null;

        SignalValue? Product(SignalValue signal, ProductStep step, bool isColumns) =>
            signal.Dimensions is null || (signal.Dimensions.Length == 1 && signal.Width == step.InputCount)
                ? After(node, step, [step.OutputCount], isColumns)
                : null;
    }

    private GraphValue? Binary(OnnxNode node, GraphValue? left, GraphValue? right, ExpressionKind kind) => (left, right) switch
    {
        (SignalValue first, SignalValue second) => ReferenceEquals(first.Step, second.Step) && first.IsColumns == second.IsColumns
            ? Elementwise(node, first, new Expression(kind, first.Function, second.Function))
            : null,
        (SignalValue signal, ConstantValue constant) => WithConstant(node, signal, constant, kind, isRight: true),
        (ConstantValue constant, SignalValue signal) => WithConstant(node, signal, constant, kind, isRight: false),
        (ConstantValue first, ConstantValue second) => Fold(first, second, kind),
        _ => null,
    };

    /// <summary>Computes with constants, of which one is a single number or both have the same shape.</summary>
    private ConstantValue? Fold(ConstantValue left, ConstantValue right, ExpressionKind kind)
    {
        if (left.Single is null && right.Single is null && !left.Dimensions.SequenceEqual(right.Dimensions))
        {
            return null;
        }

        ConstantValue shape = left.Single is null || right.Dimensions.Length < left.Dimensions.Length ? left : right;
        _budget.TakeNumbers(shape.Numbers.Length);
        var operation = new Expression(kind, new Expression(ExpressionKind.Constant), new Expression(ExpressionKind.Constant));
        double[] numbers = new double[shape.Numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (operation with
            {
                Left = Expression.Constant(left.Single ?? left.Numbers[i]),
                Right = Expression.Constant(right.Single ?? right.Numbers[i]),
            }).At(0);
        }

        return shape with { Numbers = numbers };
    }

    private SignalValue? WithConstant(OnnxNode node, SignalValue signal, ConstantValue constant, ExpressionKind kind, bool isRight)
    {
        if (constant.Single is { } number && constant.AreNumbers && constant.Dimensions.Length <= (signal.Dimensions?.Length ?? 1) + 1)
        {
            Expression operand = Expression.Constant(number);
            return Elementwise(
                node, signal, isRight ? new Expression(kind, signal.Function, operand) : new Expression(kind, operand, signal.Function));
        }

        if (!IsRow(signal, constant))
        {
            return null;
        }

        double[] numbers = constant.Numbers;
        _budget.TakeNumbers(2L * numbers.Length);
        Step? step = (kind, isRight) switch
        {
            (ExpressionKind.Add, _) => new LinearStep(signal, null, numbers),
            (ExpressionKind.Multiply, _) => new LinearStep(signal, numbers, null),
            (ExpressionKind.Subtract, true) => new LinearStep(signal, null, Array.ConvertAll(numbers, value => -value)),
            (ExpressionKind.Subtract, false) => new LinearStep(signal, Array.ConvertAll(numbers, _ => -1.0), numbers),
            (ExpressionKind.Divide, true) => new LinearStep(signal, Array.ConvertAll(numbers, value => 1 / value), null),
            _ => null,
        };
        return step is null ? null : After(node, step, [numbers.Length], signal.IsColumns);
    }

    /// <summary>Whether a constant has a number for each element of a sample, the same for all samples.</summary>
    private static bool IsRow(SignalValue signal, ConstantValue constant)
    {
        bool fits = signal.IsColumns
            ? constant.Dimensions is [_, 1]
            : constant.Dimensions is [_] or [1, _];
        return fits && constant.AreNumbers
            && (signal.Dimensions is null || (signal.Dimensions.Length == 1 && signal.Width == constant.Numbers.Length));
    }

    private static SignalValue? PRelu(OnnxNode node, SignalValue signal, ConstantValue? slopes) =>
        slopes is { Numbers: [var slope, ..] } && slopes.Numbers.All(each => each.Equals(slope))
            ? Function(node, signal, ExpressionKind.LeakyRelu, slope)
            : null;

    private static SignalValue? Clip(OnnxNode node, SignalValue signal, GraphValue?[] inputs)
    {
        double? minimum = node["min"]?.Number ?? (inputs.ElementAtOrDefault(1) as ConstantValue)?.Single;
        double? maximum = node["max"]?.Number ?? (inputs.ElementAtOrDefault(2) as ConstantValue)?.Single;
        Expression function = signal.Function;
        if (minimum > -float.MaxValue)
        {
            function = new Expression(ExpressionKind.Maximum, function, Expression.Constant(minimum.Value));
        }

        if (maximum < float.MaxValue)
        {
            function = new Expression(ExpressionKind.Minimum, function, Expression.Constant(maximum.Value));
        }

        return inputs.Skip(1).All(input => input is null or ConstantValue { Single: not null })
            ? Elementwise(node, signal, function)
            : null;
    }

    private SignalValue? Softmax(OnnxNode node, SignalValue signal)
    {
        const int DefaultIsLast = 13;
        long axis = node.Integer("axis", _model.Opset >= DefaultIsLast ? -1 : 1);
        bool isOverSample = signal.Dimensions is null or [_] && (signal.IsColumns ? axis is 0 or -2 : axis is 1 or -1);
        return isOverSample ? After(node, new SoftmaxStep(signal), signal.Dimensions, signal.IsColumns) : null;
    }

    private SignalValue? BatchNormalization(OnnxNode node, SignalValue signal, GraphValue?[] inputs)
    {
        if (node.Integer("training_mode", 0) != 0 || inputs is not
            [_, ConstantValue scale, ConstantValue shift, ConstantValue mean, ConstantValue variance]
            || inputs.Skip(1).Any(input => ((ConstantValue)input!).Numbers.Length != scale.Numbers.Length) || !IsRow(signal, scale)
            || signal.IsColumns)
        {
            return null;
        }

        double epsilon = node.Number("epsilon", 1e-5);
        int width = scale.Numbers.Length;
        _budget.TakeNumbers(2L * width);
        double[] factors = new double[width];
        double[] summands = new double[width];
        for (int i = 0; i < width; i++)
        {
            factors[i] = scale.Numbers[i] / Math.Sqrt(variance.Numbers[i] + epsilon);
            summands[i] = shift.Numbers[i] - (mean.Numbers[i] * factors[i]);
        }

        return After(node, new LinearStep(signal, factors, summands), [width], isColumns: false);
    }

    private SignalValue? Scaler(OnnxNode node, SignalValue signal)
    {
        double[] offsets = node["offset"]?.Floats(_budget) ?? [];
        double[] scales = node["scale"]?.Floats(_budget) ?? [];
        int width = Math.Max(offsets.Length, scales.Length);
        if (width == 0 || signal.IsColumns)
        {
            return null;
        }

        if (width == 1 && signal.Width is { } known and <= int.MaxValue)
        {
            width = (int)known;
        }

        if ((signal.Dimensions is not (null or [_])) || (signal.Width ?? width) != width
            || (offsets.Length > 1 && offsets.Length != width) || (scales.Length > 1 && scales.Length != width))
        {
            return null;
        }

        _budget.TakeNumbers(2L * width);
        double[] factors = new double[width];
        double[] summands = new double[width];
        for (int i = 0; i < width; i++)
        {
            factors[i] = scales.Length == 0 ? 1 : scales[scales.Length == 1 ? 0 : i];
            summands[i] = offsets.Length == 0 ? 0 : -offsets[offsets.Length == 1 ? 0 : i] * factors[i];
        }

        return After(node, new LinearStep(signal, factors, summands), [width], isColumns: false);
    }

    /// <summary>1 − p beside p, as scikit-learn's exporter writes a network of yes or no.</summary>
    private static SignalValue? Complement(OnnxNode node, GraphValue?[] inputs)
    {
        if (inputs is not [SignalValue { IsColumns: false } no, SignalValue { IsColumns: false, Dimensions: [1] } yes]
            || !ReferenceEquals(no.Step, yes.Step) || node.Integer("axis", 1) is not (1 or -1))
        {
            return null;
        }

        bool areComplements = Enumerable.Range(-20, 41).All(x => Math.Abs(no.Function.At(x) + yes.Function.At(x) - 1) < 1e-6);
        return areComplements ? After(node, new ComplementStep(yes), [2], isColumns: false) : null;
    }

    private bool IsInference(OnnxNode node, GraphValue?[] inputs)
    {
        const int TestModeWasAttribute = 7;
        const int TrainingModeIsInput = 12;
        return _model.Opset < TestModeWasAttribute ? node.Integer("is_test", 0) != 0
            : _model.Opset < TrainingModeIsInput || inputs.ElementAtOrDefault(2) switch
            {
                null => true,
                ConstantValue mode => mode.Single == 0,
                _ => false,
            };
    }
}
