using NeuralNets.Core.Activations;

namespace NeuralNets.Onnx.Reading;

/// <summary>Finds the function of the catalog that an expression is, by its values: exporters write the same function in many
/// forms.</summary>
internal static class CatalogFunctions
{
    /// <summary>How far values may differ, by constants that were rounded to float. The approximation of GELU by tanh is 500 times as
    /// far away.</summary>
    private const double Tolerance = 1e-6;

    private static readonly double[] s_points =
    [
        -1, 1, -0.3, 3, -1e-3, 1e-3, -1e-2, 1e-2, -25, 25, -50, 50, -90, 90, -300, 300, -600, 600,
        .. Enumerable.Range(-200, 401).Select(i => i * 0.0937),
    ];

    /// <summary>Returns a function's value.</summary>
    /// <param name="name">The name in the catalog.</param>
    /// <param name="x">Where.</param>
    public static double At(string name, double x) => Evaluate(name, null, [x])[0];

    /// <summary>The error function, by GELU: z·(1 + erf(z/√2))/2.</summary>
    public static double Erf(double x)
    {
        double z = x * Math.Sqrt(2);
        return Math.Abs(x) > 6 ? Math.Sign(x) : z == 0 ? x : (2 * At("Gelu", z) / z) - 1;
    }

    /// <summary>Finds a function f and numbers with <c>expression(x) = scale·f(factor·x + summand) + shift</c>.</summary>
    /// <param name="expression">The expression, which is not linear.</param>
    /// <returns>The name of f in the catalog, its parameter, and the numbers; null if it is none of them.</returns>
    public static CatalogMatch? Find(Expression expression)
    {
        // Outside, scale and shift: as long as one operand is a constant.
        double scale = 1;
        double shift = 0;
        while (true)
        {
            if (FindInner(expression) is { } match)
            {
                return match with { Scale = scale, Shift = shift };
            }

            if (Peel(expression) is not var (inner, factor, summand))
            {
                return null;
            }

            shift += scale * summand;
            scale *= factor;
            expression = inner;
        }
    }

    /// <summary>Returns the operand that is not a constant, and what is done with it.</summary>
    private static (Expression Inner, double Factor, double Summand)? Peel(Expression expression)
    {
        double? left = expression.Left is { Kind: ExpressionKind.Constant } first ? first.Parameter : null;
        double? right = expression.Right is { Kind: ExpressionKind.Constant } second ? second.Parameter : null;
        return (expression.Kind, left, right) switch
        {
            (ExpressionKind.Negate, _, _) => (expression.Left!, -1, 0),
            (ExpressionKind.Add, { } c, _) => (expression.Right!, 1, c),
            (ExpressionKind.Add, _, { } c) => (expression.Left!, 1, c),
            (ExpressionKind.Subtract, { } c, _) => (expression.Right!, -1, c),
            (ExpressionKind.Subtract, _, { } c) => (expression.Left!, 1, -c),
            (ExpressionKind.Multiply, { } c, _) => (expression.Right!, c, 0),
            (ExpressionKind.Multiply, _, { } c) => (expression.Left!, c, 0),
            (ExpressionKind.Divide, _, { } c) => (expression.Left!, 1 / c, 0),
            _ => null,
        };
    }

    /// <summary>Finds a function of the element, or of a linear function of it.</summary>
    private static CatalogMatch? FindInner(Expression expression)
    {
        if (FindPlain(expression) is { } plain)
        {
            return plain;
        }

        foreach (Expression part in expression.Parts())
        {
            if (part.Kind is ExpressionKind.Input or ExpressionKind.Constant || part.Linear() is not var (factor, summand) || factor == 0)
            {
                continue;
            }

            // A placeholder, to tell whether the element stands elsewhere, too.
            var placeholder = new Expression(ExpressionKind.Input);
            Expression outer = expression.Replace(part, placeholder);
            if (outer.Parts().All(each => each.Kind != ExpressionKind.Input || ReferenceEquals(each, placeholder))
                && FindPlain(outer) is { } match)
            {
                return match with { Factor = factor, Summand = summand };
            }
        }

        return null;
    }

    private static CatalogMatch? FindPlain(Expression expression)
    {
        if (expression.Left?.Kind == ExpressionKind.Input && expression.Right is null)
        {
            ActivationEntry<double>? direct = ActivationCatalog<double>.Find(expression.Kind.ToString());
            if (direct is not null)
            {
                return Match(direct.Name, direct.Parameter is null ? null : expression.Parameter);
            }
        }

        foreach (ActivationEntry<double> entry in ActivationCatalog<double>.Entries)
        {
            double? parameter = entry.Parameter is null ? null : -expression.At(entry.Name == "Elu" ? -1000 : -1);
            if (entry.Name is not ("Softmax" or "Identity") && Fits(entry, parameter, expression))
            {
                return Match(entry.Name, parameter);
            }
        }

        return null;
    }

    private static bool Fits(ActivationEntry<double> entry, double? parameter, Expression expression)
    {
        if (parameter is not null && !(parameter >= entry.Parameter!.Minimum && parameter <= entry.Parameter.Maximum))
        {
            return false;
        }

        double[] expected = Evaluate(entry.Name, parameter, s_points);
        for (int i = 0; i < expected.Length; i++)
        {
            // Not a number is not within the tolerance.
            if (!(Math.Abs(expression.At(s_points[i]) - expected[i]) <= Tolerance * Math.Max(1, Math.Abs(expected[i]))))
            {
                return false;
            }
        }

        return true;
    }

    private static CatalogMatch Match(string name, double? parameter) => new(name, parameter, 1, 0, 1, 0);

    private static double[] Evaluate(string name, double? parameter, double[] points)
    {
        var function = (IActivation<double>)ActivationCatalog<double>.Find(name)!.Create(parameter);
        double[] values = new double[points.Length];
        function.Evaluate(points, values);
        return values;
    }
}
