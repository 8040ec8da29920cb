using NeuralNets.Onnx.Format;

namespace NeuralNets.Onnx.Reading;

/// <content>The operators that change shapes, and constants.</content>
internal sealed partial class GraphReader
{
    private GraphValue? ApplyShape(OnnxNode node, SignalValue signal, GraphValue?[] inputs) => node.Operator switch
    {
        "Flatten" => Flatten(node, signal),
        "Reshape" => Reshape(node, signal, Integers(node, "shape", inputs, 1)),
        "Squeeze" => Squeeze(node, signal, Integers(node, "axes", inputs, 1)),
        "Unsqueeze" => Unsqueeze(node, signal, Integers(node, "axes", inputs, 1)),
        "Transpose" => Transpose(node, signal),
        "Shape" => signal is { Dimensions: { } dimensions, IsColumns: false } && node["start"] is null && node["end"] is null
            ? new ConstantValue([double.NaN, .. dimensions.Select(each => (double)each)], [dimensions.Length + 1], TensorType.Int64)
            : null,
        _ => null,
    };

    private GraphValue? ApplyToConstant(OnnxNode node, ConstantValue constant, GraphValue?[] inputs)
    {
        switch (node.Operator)
        {
            case "Identity":
                return constant;
            case "Cast":
                return Cast(node, constant);
            case "Transpose":
                return Transpose(node, constant);
            case "Reshape":
                return Integers(node, "shape", inputs, 1) is { } shape ? Reshape(constant, shape) : null;
            case "Flatten":
                return constant.Dimensions.Length == 2 && node.Integer("axis", 1) == 1 ? constant : null;
            case "Squeeze":
                return constant with { Dimensions = [.. constant.Dimensions.Where(dimension => dimension != 1)] };
            case "Unsqueeze":
                return constant.Dimensions is [] or [_] && Integers(node, "axes", inputs, 1) is [var axis]
                    ? constant with { Dimensions = axis == 0 ? [1, .. constant.Dimensions] : [.. constant.Dimensions, 1] }
                    : null;
            case "Gather":
                return constant.Dimensions.Length == 1 && node.Integer("axis", 0) == 0
                    && inputs.ElementAtOrDefault(1) is ConstantValue indices
                    ? Gather(constant, indices)
                    : null;
            case "Slice":
                return constant.Dimensions.Length == 1 ? Slice(node, constant, inputs) : null;
            case "Concat":
                return inputs.All(input => input is ConstantValue { Dimensions.Length: 1 }) ? Concat(inputs) : Complement(node, inputs);
            default:
                return null;
        }
    }

    private static double[]? Integers(OnnxNode node, string attribute, GraphValue?[] inputs, int input) =>
        node[attribute] is { } list ? [.. list.Integers.Select(each => (double)each)]
        : (inputs.ElementAtOrDefault(input) as ConstantValue)?.Numbers;

    private static SignalValue? Flatten(OnnxNode node, SignalValue signal)
    {
        long axis = node.Integer("axis", 1);
        bool keepsSamples = axis == 1 || (signal.Dimensions is not null && axis == -signal.Dimensions.Length);
        return !signal.IsColumns && keepsSamples
            ? signal with { Dimensions = signal.Width is { } width ? [width] : null, Node = node }
            : null;
    }

    /// <summary>Changes the shape of a sample, not the order of its elements, and not the number of samples.</summary>
    private SignalValue? Reshape(OnnxNode node, SignalValue signal, double[]? shape)
    {
        if (shape is null or [] || signal.IsColumns)
        {
            return null;
        }

        bool keepsSamples = double.IsNaN(shape[0]) || shape[0] is -1 or 0 || shape[0] == _batch;
        long[] dimensions = new long[shape.Length - 1];
        long product = 1;
        int open = -1;
        for (int i = 0; i < dimensions.Length; i++)
        {
            double wanted = shape[i + 1];
            if (wanted == 0 && node.Integer("allowzero", 0) == 0 && signal.Dimensions is { } known && i < known.Length)
            {
                wanted = known[i];
            }

            if (wanted == -1 && open < 0 && shape[0] != -1)
            {
                open = i;
                dimensions[i] = 1;
            }
            else if (wanted is >= 1 and <= int.MaxValue && product * (long)wanted <= int.MaxValue)
            {
                dimensions[i] = (long)wanted;
                product *= dimensions[i];
            }
            else
            {
                return null;
            }
        }

        if (signal.Width is not { } width)
        {
            return keepsSamples ? signal with { Dimensions = open < 0 ? dimensions : null, Node = node } : null;
        }

        if (open >= 0 && width % product == 0)
        {
            dimensions[open] = width / product;
            product = width;
        }

        return keepsSamples && product == width ? signal with { Dimensions = dimensions, Node = node } : null;
    }

    private static SignalValue? Squeeze(OnnxNode node, SignalValue signal, double[]? axes)
    {
        if (signal.Dimensions is not { } dimensions || signal.IsColumns || axes is null)
        {
            return null;
        }

        int rank = dimensions.Length + 1;
        int[] positions = [.. axes.Select(axis => (int)(axis < 0 ? axis + rank : axis) - 1)];
        return positions.All(position => position >= 0 && position < dimensions.Length && dimensions[position] == 1)
            ? signal with { Dimensions = [.. dimensions.Where((_, i) => !positions.Contains(i))], Node = node }
            : null;
    }

    private static SignalValue? Unsqueeze(OnnxNode node, SignalValue signal, double[]? axes)
    {
        if (signal.Dimensions is not { Length: < 8 } dimensions || signal.IsColumns || axes is not [var axis])
        {
            return null;
        }

        int position = (int)(axis < 0 ? axis + dimensions.Length + 2 : axis) - 1;
        return position >= 0 && position <= dimensions.Length
            ? signal with { Dimensions = [.. dimensions[..position], 1, .. dimensions[position..]], Node = node }
            : null;
    }

    private static SignalValue? Transpose(OnnxNode node, SignalValue signal)
    {
        List<long>? order = node["perm"]?.Integers;
        int rank = (signal.Dimensions?.Length ?? 1) + 1;
        if (order is not null && order.SequenceEqual(Enumerable.Range(0, rank).Select(axis => (long)axis)))
        {
            return signal;
        }

        return rank == 2 && order is null or [1, 0] ? signal with { IsColumns = !signal.IsColumns, Node = node } : null;
    }

    private static ConstantValue? Cast(OnnxNode node, ConstantValue constant)
    {
        var type = (TensorType)node.Integer("to", 0);
        return type switch
        {
            TensorType.Double or TensorType.Int64 when constant.Type != TensorType.Double || type == TensorType.Double =>
                constant with { Type = constant.Type == TensorType.Double ? constant.Type : type },
            TensorType.Float when constant.Type != TensorType.Double => constant with { Type = type },
            // In float from here on, whatever it was.
            TensorType.Float => new ConstantValue(
                Array.ConvertAll(constant.Numbers, number => (double)(float)number), constant.Dimensions, type),
            _ => null,
        };
    }

    private ConstantValue? Transpose(OnnxNode node, ConstantValue constant)
    {
        List<long>? order = node["perm"]?.Integers;
        if (constant.Dimensions is not [var rows, var columns] || order is not (null or [1, 0]))
        {
            return constant.Dimensions.Length == 1 || order is [0, 1] ? constant : null;
        }

        _budget.TakeNumbers(constant.Numbers.Length);
        double[] transposed = new double[constant.Numbers.Length];
        for (long row = 0; row < rows; row++)
        {
            for (long column = 0; column < columns; column++)
            {
                transposed[(column * rows) + row] = constant.Numbers[(row * columns) + column];
            }
        }

        return constant with { Numbers = transposed, Dimensions = [columns, rows] };
    }

    private static ConstantValue? Reshape(ConstantValue constant, double[] shape)
    {
        long count = constant.Numbers.Length;
        if (shape.Length > 8 || shape.Any(each => !(each is -1 or (>= 1 and <= int.MaxValue))) || shape.Count(each => each == -1) > 1)
        {
            return null;
        }

        double known = shape.Where(each => each != -1).Aggregate(1.0, (product, each) => product * each);
        long[] dimensions = [.. shape.Select(each => each == -1 ? (long)(count / known) : (long)each)];
        return dimensions.Aggregate(1.0, (product, each) => product * each) == count ? constant with { Dimensions = dimensions } : null;
    }

    private ConstantValue? Gather(ConstantValue constant, ConstantValue indices)
    {
        int count = constant.Numbers.Length;
        _budget.TakeNumbers(indices.Numbers.Length);
        double[] gathered = new double[indices.Numbers.Length];
        for (int i = 0; i < gathered.Length; i++)
        {
            double index = indices.Numbers[i] < 0 ? indices.Numbers[i] + count : indices.Numbers[i];
            if (!(index >= 0 && index < count))
            {
                return null;
            }

            gathered[i] = constant.Numbers[(int)index];
        }

        return constant with { Numbers = gathered, Dimensions = indices.Dimensions };
    }

    private ConstantValue? Slice(OnnxNode node, ConstantValue constant, GraphValue?[] inputs)
    {
        int count = constant.Numbers.Length;
        if (Integers(node, "starts", inputs, 1) is not [var start] || Integers(node, "ends", inputs, 2) is not [var end]
            || double.IsNaN(start + end) || (inputs.ElementAtOrDefault(4) as ConstantValue)?.Single is not (null or 1))
        {
            return null;
        }

        int first = (int)Math.Clamp(start < 0 ? start + count : start, 0, count);
        int last = (int)Math.Clamp(end < 0 ? end + count : end, first, count);
        _budget.TakeNumbers(last - first);
        return constant with { Numbers = constant.Numbers[first..last], Dimensions = [last - first] };
    }

    private ConstantValue Concat(GraphValue?[] inputs)
    {
        double[][] parts = [.. inputs.Select(input => ((ConstantValue)input!).Numbers)];
        _budget.TakeNumbers(parts.Sum(part => (long)part.Length));
        double[] all = [.. parts.SelectMany(part => part)];
        return ((ConstantValue)inputs[0]!) with { Numbers = all, Dimensions = [all.Length] };
    }
}
