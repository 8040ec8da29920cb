using NeuralNets.Onnx.Format;

namespace NeuralNets.Onnx.Reading;

/// <summary>Follows a graph from its input to its outputs and finds the steps of a network in it. What is not a part of one is refused
/// where an output depends on it.</summary>
internal sealed partial class GraphReader
{
    private readonly OnnxModel _model;
    private readonly ReadBudget _budget;
    private readonly Dictionary<string, GraphValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxTensor> _initializers = new(StringComparer.Ordinal);

    // The number of samples, if the input says it.
    private long? _batch;

    private GraphReader(OnnxModel model, ReadBudget budget)
    {
        _model = model;
        _budget = budget;
    }

    /// <summary>Reads the layers of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="output">The name of the output that the network shall answer; null for the only one.</param>
    /// <param name="budget">What it may take.</param>
    /// <param name="isDouble">Whether weights are doubles in the file.</param>
    /// <exception cref="InvalidDataException">It is not a network of dense layers.</exception>
    public static IReadOnlyList<LayerParts> Read(OnnxModel model, string? output, ReadBudget budget, out bool isDouble)
    {
        var reader = new GraphReader(model, budget);
        reader.ReadInputs();
        foreach (OnnxNode node in model.Graph.Nodes)
        {
            reader.Follow(node);
        }

        var builder = new LayerBuilder(budget);
        GraphValue answer = reader.FindAnswer(output);
        IReadOnlyList<LayerParts> layers = answer is LabelValue label
            ? builder.Build(label.Source, label is { IsLargest: true, Source.Width: not 1 } ? "Softmax" : null)
            : builder.Build((SignalValue)answer, null);
        isDouble = builder.IsDouble;
        return layers;
    }

    private void ReadInputs()
    {
        foreach (OnnxTensor tensor in _model.Graph.Initializers)
        {
            if (!_initializers.TryAdd(tensor.Name, tensor))
            {
                throw new InvalidDataException(
                    $"a value must have one source, but there are two initializers {OnnxModel.Quote(tensor.Name)}.");
            }
        }

        // Up to version 3 of the format, initializers were inputs, too.
        OnnxValueInfo[] inputs = [.. _model.Graph.Inputs.Where(input => !_initializers.ContainsKey(input.Name))];
        if (inputs.Length != 1)
        {
            throw new InvalidDataException(
                "a network must have one input, a row of numbers for each sample, but the graph has "
                + $"{(inputs.Length == 0 ? "" : $"{inputs.Length}: ")}{Names(inputs)}.");
        }

        if (inputs[0].Type is TensorType.String or TensorType.Bool or TensorType.Complex64 or TensorType.Complex128)
        {
            throw new InvalidDataException(
                $"the input must be numbers, but {OnnxModel.Quote(inputs[0].Name)} is of the type {inputs[0].Type}.");
        }

        _values[inputs[0].Name] = InputSignal(inputs[0]);
    }

    private SignalValue InputSignal(OnnxValueInfo input)
    {
        List<long?>? dimensions = input.Dimensions;
        if (dimensions is null or [])
        {
            return new SignalValue(new InputStep(), Expression.Input, null, IsColumns: false, null);
        }

        if (dimensions is [{ } features, null])
        {
            CheckFeatures(features, input);
            return new SignalValue(new InputStep(), Expression.Input, [features], IsColumns: true, null);
        }

        _batch = dimensions[0];
        long product = 1;
        foreach (long? dimension in dimensions.Skip(1))
        {
            CheckFeatures(dimension ?? 1, input);
            product *= dimension ?? 1;
            CheckFeatures(product, input);
        }

        long[]? known = dimensions.Skip(1).All(dimension => dimension is not null)
            ? [.. dimensions.Skip(1).Select(dimension => dimension!.Value)]
            : null;
        return new SignalValue(new InputStep(), Expression.Input, known, IsColumns: false, null);
    }

    private static void CheckFeatures(long features, OnnxValueInfo input)
    {
        if (features > int.MaxValue)
        {
            throw new InvalidDataException(
                $"a sample must have at most {int.MaxValue} features, but the input {OnnxModel.Quote(input.Name)} has more.");
        }
    }

    private GraphValue FindAnswer(string? wanted)
    {
        List<OnnxValueInfo> outputs = _model.Graph.Outputs;
        if (wanted is not null)
        {
            return outputs.Any(output => output.Name == wanted)
                ? Required(wanted) switch
                {
                    ForeignValue foreign => throw new InvalidDataException(foreign.Reason),
                    ConstantValue => throw DoesNotDepend(wanted),
                    GraphValue value => value,
                }
                : throw new InvalidDataException($"the graph must have the output {OnnxModel.Quote(wanted)}, but has {Names(outputs)}.");
        }

        if (outputs.Count == 0)
        {
            throw new InvalidDataException("a graph must have an output, but there is none.");
        }

        GraphValue[] values = [.. outputs.Select(output => Required(output.Name))];
        if (values.OfType<ForeignValue>().FirstOrDefault() is { } reason)
        {
            bool hasOther = values.Any(value => value is SignalValue);
            throw new InvalidDataException(
                reason.Reason + (hasOther ? $" The graph has the outputs {Names(outputs)}: name the one wanted." : ""));
        }

        SignalValue[] signals = [.. values.OfType<SignalValue>()];
        if (signals.Length == 0)
        {
            return values.OfType<LabelValue>().FirstOrDefault() ?? (GraphValue?)null ?? throw DoesNotDepend(outputs[0].Name);
        }

        // Logits and probabilities: what comes last says all.
        foreach (SignalValue last in signals)
        {
            var chain = new Dictionary<Step, Expression>(ReferenceEqualityComparer.Instance);
            for (SignalValue? signal = last; signal is not null; signal = signal.Step.Source)
            {
                chain.Add(signal.Step, signal.Function);
            }

            if (Array.TrueForAll(signals, signal => chain.TryGetValue(signal.Step, out Expression? function)
                && (ReferenceEquals(signal.Function, function) || signal.Function.Linear() is not null)))
            {
                return last;
            }
        }

        throw new InvalidDataException($"a network must have one output, but the graph has {Names(outputs)}: name the one wanted.");
    }

    private static InvalidDataException DoesNotDepend(string output) =>
        new($"an output must depend on the input, but {OnnxModel.Quote(output)} does not.");

    private static string Names(IReadOnlyCollection<OnnxValueInfo> values) => values.Count == 0 ? "none"
        : string.Join(", ", values.Take(8).Select(value => OnnxModel.Quote(value.Name))) + (values.Count > 8 ? ", …" : "");

    /// <summary>Returns a value that an earlier node, an initializer or the input is the source of.</summary>
    private GraphValue Required(string name)
    {
        if (_values.TryGetValue(name, out GraphValue? value))
        {
            return value;
        }

        if (!_initializers.TryGetValue(name, out OnnxTensor? tensor))
        {
            throw new InvalidDataException(
                $"a value must be an input, an initializer or made by an earlier node, but {OnnxModel.Quote(name)} is none of these"
                + $"{(_model.Graph.HasSparse ? "; sparse initializers are not read" : "")}.");
        }

        return _values[name] = Constant(tensor);
    }

    private ConstantValue Constant(OnnxTensor tensor) => new(tensor.Numbers(_budget), [.. tensor.Dimensions], tensor.Type);

    private void Follow(OnnxNode node)
    {
        GraphValue value = Evaluate(node);
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            string name = node.Outputs[i];
            if (name.Length == 0)
            {
                continue;
            }

            // Of other outputs, such as the mask of a dropout, nothing depends in a network.
            GraphValue made = i == 0 || value is ForeignValue or LabelValue
                ? value
                : new ForeignValue($"only the first output of {node} can be a part of a network, but another one is used.");
            if (_initializers.ContainsKey(name) || !_values.TryAdd(name, made))
            {
                throw new InvalidDataException($"a value must have one source, but {OnnxModel.Quote(name)} has another one beside {node}.");
            }
        }
    }

    private GraphValue Evaluate(OnnxNode node)
    {
        if (node is { Operator: "Constant", Domain: "" or "ai.onnx" })
        {
            return ConstantNode(node);
        }

        var inputs = new GraphValue?[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = node.Inputs[i].Length == 0 ? null : Required(node.Inputs[i]);
        }

        if (Array.Find(inputs, input => input is ForeignValue) is { } foreign)
        {
            return foreign;
        }

        // Whatever is made of labels is made for people: their names, or pairs of names and probabilities.
        return Array.Find(inputs, input => input is LabelValue) is { } label ? label
            : Apply(node, inputs) ?? new ForeignValue(
                $"a network must be made of dense layers and their functions, but {node} is not a part of one{Shapes(inputs)}.");
    }

    private static string Shapes(GraphValue?[] inputs) => inputs.Length == 0 ? ""
        : ", with " + string.Join(", ", inputs.Take(4).Select(input => input switch
        {
            ConstantValue constant => $"a constant [{string.Join(", ", constant.Dimensions)}]",
            SignalValue { Dimensions: { } dimensions } => $"values [samples, {string.Join(", ", dimensions)}]",
            null => "nothing",
            _ => "values",
        }));

    private ConstantValue ConstantNode(OnnxNode node)
    {
        if (node["value"]?.Tensor is { } tensor)
        {
            return Constant(tensor);
        }

        return node["value_float"]?.Number is { } number ? new ConstantValue([number], [], TensorType.Float)
            : node["value_int"]?.Integer is { } integer ? new ConstantValue([integer], [], TensorType.Int64)
            : node["value_floats"] is { } floats ? List(floats.Floats(_budget), TensorType.Float)
            : node["value_ints"] is { } integers ? List([.. integers.Integers.Select(each => (double)each)], TensorType.Int64)
            : throw new InvalidDataException($"a constant must be numbers in the file itself, but {node} is not.");

        static ConstantValue List(double[] numbers, TensorType type) => new(numbers, [numbers.Length], type);
    }
}
