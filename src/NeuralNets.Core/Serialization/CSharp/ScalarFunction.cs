using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Serialization.CSharp;

/// <summary>Writes an elementwise function as a method of one number: a local variable for each step of its kernel.</summary>
internal sealed class ScalarFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SourceRecording _recording;
    private readonly string?[] _names;
    private readonly StringBuilder _body = new();
    private int _locals;

    private ScalarFunction(SourceRecording recording)
    {
        _recording = recording;
        _names = new string?[recording.Nodes.Count];
    }

    /// <summary>Returns the method.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="function">The function.</param>
    public static string Write(string name, IUnaryOperator<T> function)
    {
        string type = CSharpText.TypeName<T>();
        var source = new ScalarFunction<T>(SourceRecording.Of(function));
        string result = source.Number(source._recording.Result);
        return $"    private static {type} {name}({type} x)\n    {{\n{source._body}        return {result};\n    }}\n";
    }

    /// <summary>Returns an expression of a number.</summary>
    private string Number(int position)
    {
        SourceNode node = _recording.Nodes[position];
        return node.Operation switch
        {
            SourceOperation.Argument => "x",
            SourceOperation.Constant => CSharpText.Number(ConstantOf(node.Bits)),
            _ when node.IsInteger => $"FromBits({Integer(position)})",
            _ => Local(position, CSharpText.TypeName<T>(), node),
        };
    }

    /// <summary>Returns an expression of an integer.</summary>
    private string Integer(int position)
    {
        SourceNode node = _recording.Nodes[position];
        return node.Operation == SourceOperation.Constant ? CSharpText.Integer<T>(node.Bits)
            : node.IsInteger ? Local(position, CSharpText.IntegerTypeName<T>(), node)
            : $"ToBits({Number(position)})";
    }

    private string Condition(int position)
    {
        SourceNode node = _recording.Nodes[position];
        return node.Operation switch
        {
            SourceOperation.LessThan => $"{Number(node.A)} < {Number(node.B)}",
            SourceOperation.EqualTo => $"{Number(node.A)} == {Number(node.B)}",
            _ => throw new UnreachableException($"{node.Operation} is no condition."),
        };
    }

    /// <summary>Returns the local variable of an operation, which is written where it is needed first.</summary>
    private string Local(int position, string type, SourceNode node)
    {
        if (_names[position] is not { } name)
        {
            string value = Expression(node);
            name = string.Create(CultureInfo.InvariantCulture, $"t{++_locals}");
            _body.Append(CultureInfo.InvariantCulture, $"        {type} {name} = {value};\n");
            _names[position] = name;
        }

        return name;
    }

    private string Expression(SourceNode node) => node.Operation switch
    {
        SourceOperation.Add => $"{Number(node.A)} + {Operand(node.B)}",
        SourceOperation.Subtract => $"{Number(node.A)} - {Operand(node.B)}",
        SourceOperation.Multiply => $"{Number(node.A)} * {Operand(node.B)}",
        SourceOperation.Divide => $"{Number(node.A)} / {Operand(node.B)}",
        SourceOperation.Sqrt => $"Sqrt({Number(node.A)})",
        SourceOperation.FusedMultiplyAdd => $"Fma({Number(node.A)}, {Number(node.B)}, {Number(node.C)})",
        SourceOperation.Max => $"Max({Number(node.A)}, {Number(node.B)})",
        SourceOperation.Abs => $"Abs({Number(node.A)})",
        SourceOperation.Negate => $"-{Operand(node.A)}",
        SourceOperation.Select => $"{Condition(node.A)} ? {Number(node.B)} : {Number(node.C)}",
        SourceOperation.And => $"{Integer(node.A)} & {Integer(node.B)}",
        SourceOperation.Or => $"{Integer(node.A)} | {Integer(node.B)}",
        SourceOperation.Xor => $"{Integer(node.A)} ^ {Integer(node.B)}",
        SourceOperation.AddBits => $"unchecked({Integer(node.A)} + {Integer(node.B)})",
        SourceOperation.SubtractBits => $"unchecked({Integer(node.A)} - {Integer(node.B)})",
        SourceOperation.ShiftLeft => string.Create(CultureInfo.InvariantCulture, $"{Integer(node.A)} << {node.Bits}"),
        SourceOperation.ShiftRightArithmetic => string.Create(CultureInfo.InvariantCulture, $"{Integer(node.A)} >> {node.Bits}"),
        SourceOperation.ShiftRightLogical => string.Create(CultureInfo.InvariantCulture, $"{Integer(node.A)} >>> {node.Bits}"),
        _ => throw new UnreachableException($"{node.Operation} is no expression of its own."),
    };

    /// <summary>Returns an expression of a number that may stand behind a sign.</summary>
    private string Operand(int position)
    {
        string number = Number(position);
        return number[0] == '-' ? $"({number})" : number;
    }

    private static T ConstantOf(long bits) => typeof(T) == typeof(float)
        ? T.CreateChecked(BitConverter.Int32BitsToSingle((int)bits))
        : T.CreateChecked(BitConverter.Int64BitsToDouble(bits));
}
