namespace NeuralNets.Onnx.Reading;

/// <summary>A function of one number, made of operators: what the nodes between two matrix products compute of each element.</summary>
/// <param name="Kind">The operator.</param>
/// <param name="Left">The operand, or the left one; null for an operator without any.</param>
/// <param name="Right">The right operand; null if there is one only.</param>
/// <param name="Parameter">The constant, or the parameter of the function.</param>
internal sealed record Expression(ExpressionKind Kind, Expression? Left = null, Expression? Right = null, double Parameter = 0)
{
    /// <summary>Beyond this, it is not one function. Operands may be shared, so the size can double with each node.</summary>
    public const int MaxSize = 40;

    /// <summary>The element itself.</summary>
    public static Expression Input { get; } = new(ExpressionKind.Input);

    /// <summary>The number of operators and operands.</summary>
    public int Size { get; } = (int)Math.Min(1L + (Left?.Size ?? 0) + (Right?.Size ?? 0), int.MaxValue);

    public static Expression Constant(double value) => new(ExpressionKind.Constant, Parameter: value);

    /// <summary>Returns the value at x.</summary>
    public double At(double x)
    {
        double left = Left?.At(x) ?? 0;
        double right = Right?.At(x) ?? 0;
        return Kind switch
        {
            ExpressionKind.Input => x,
            ExpressionKind.Constant => Parameter,
            ExpressionKind.Add => left + right,
            ExpressionKind.Subtract => left - right,
            ExpressionKind.Multiply => left * right,
            ExpressionKind.Divide => left / right,
            ExpressionKind.Minimum => Math.Min(left, right),
            ExpressionKind.Maximum => Math.Max(left, right),
            ExpressionKind.Negate => -left,
            ExpressionKind.Absolute => Math.Abs(left),
            ExpressionKind.Exp => Math.Exp(left),
            ExpressionKind.Log => Math.Log(left),
            ExpressionKind.Reciprocal => 1 / left,
            ExpressionKind.Erf => CatalogFunctions.Erf(left),
            ExpressionKind.LeakyRelu => left < 0 ? left * Parameter : left,
            ExpressionKind.Elu => left < 0 ? Parameter * (Math.Exp(left) - 1) : left,
            ExpressionKind.Relu => Math.Max(left, 0),
            _ => CatalogFunctions.At(Kind.ToString(), left),
        };
    }

    /// <summary>Returns the factor and the summand if this is a linear function of the element; null if it is not.</summary>
    public (double Factor, double Summand)? Linear()
    {
        if (Kind == ExpressionKind.Input)
        {
            return (1, 0);
        }

        if (Kind == ExpressionKind.Constant)
        {
            return (0, Parameter);
        }

        if (Left?.Linear() is not var (a, b))
        {
            return null;
        }

        if (Kind == ExpressionKind.Negate)
        {
            return (-a, -b);
        }

        return Right?.Linear() is not var (c, d) ? null
            : Kind switch
            {
                ExpressionKind.Add => (a + c, b + d),
                ExpressionKind.Subtract => (a - c, b - d),
                ExpressionKind.Multiply when a == 0 => (b * c, b * d),
                ExpressionKind.Multiply when c == 0 => (a * d, b * d),
                ExpressionKind.Divide when c == 0 => (a / d, b / d),
                _ => null,
            };
    }

    /// <summary>Returns the expression with another in the place of one of its operands, wherever that is.</summary>
    public Expression Replace(Expression operand, Expression other)
    {
        if (ReferenceEquals(this, operand))
        {
            return other;
        }

        Expression? left = Left?.Replace(operand, other);
        Expression? right = Right?.Replace(operand, other);
        return ReferenceEquals(left, Left) && ReferenceEquals(right, Right) ? this : new Expression(Kind, left, right, Parameter);
    }

    /// <summary>Returns this and all operands, the outer ones first.</summary>
    public IEnumerable<Expression> Parts()
    {
        yield return this;
        foreach (Expression part in (Left?.Parts() ?? []).Concat(Right?.Parts() ?? []))
        {
            yield return part;
        }
    }
}
