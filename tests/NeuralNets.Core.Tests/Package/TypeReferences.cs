using System.Reflection;
using System.Reflection.Emit;

namespace NeuralNets.Core.Tests.Package;

/// <summary>The types that a type refers to: in its declaration, in its members, and in the code of their bodies.</summary>
/// <remarks>What the compiler replaces is not seen: constants of other types, and <c>nameof</c>.</remarks>
internal static class TypeReferences
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> s_opCodes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(opCode => opCode.Value);

    /// <summary>All types, each as it is defined: a list of numbers is the list's definition and the type of the numbers.</summary>
    public static IEnumerable<Type> Of(Type type)
    {
        IEnumerable<Type?> used =
        [
            type.BaseType,
            .. type.GetInterfaces(),
            .. type.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints()),
            .. type.GetFields(Declared).Select(field => field.FieldType),
            .. type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)).SelectMany(Of),
        ];
        return used.SelectMany(Definitions).Distinct();
    }

    private static IEnumerable<Type?> Of(MethodBase method)
    {
        Type[] generics = method.IsGenericMethodDefinition ? method.GetGenericArguments() : [];
        IEnumerable<Type?> signature = Signature(method)
            .Concat(generics.SelectMany(argument => argument.GetGenericParameterConstraints()));
        if (method.GetMethodBody() is not { } body)
        {
            return signature;
        }

        return signature
            .Concat(body.LocalVariables.Select(variable => variable.LocalType))
            .Concat(body.ExceptionHandlingClauses
                .Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause)
                .Select(clause => clause.CatchType))
            .Concat(Tokens(body.GetILAsByteArray()!)
                .Select(token => method.Module.ResolveMember(token, method.DeclaringType!.GetGenericArguments(), generics)!)
                .SelectMany(Of));
    }

    /// <summary>The types that the use of a member refers to.</summary>
    private static IEnumerable<Type?> Of(MemberInfo member) => member switch
    {
        Type type => [type],
        FieldInfo field => [field.DeclaringType, field.FieldType],
        MethodBase method =>
            [method.DeclaringType, .. Signature(method), .. method.IsGenericMethod ? method.GetGenericArguments() : []],
        _ => throw new NotSupportedException($"A body refers to a {member.MemberType}."),
    };

    private static IEnumerable<Type?> Signature(MethodBase method) =>
        [(method as MethodInfo)?.ReturnType, .. method.GetParameters().Select(parameter => parameter.ParameterType)];

    /// <summary>The metadata tokens of types, fields and methods in a body.</summary>
    private static IEnumerable<int> Tokens(byte[] code)
    {
        int i = 0;
        while (i < code.Length)
        {
            // The codes of two bytes begin with FE.
            short value = code[i] == 0xFE ? (short)((code[i] << 8) | code[i + 1]) : code[i];
            OpCode opCode = s_opCodes[value];
            i += opCode.Size;
            if (opCode.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok
                or OperandType.InlineType)
            {
                yield return BitConverter.ToInt32(code, i);
            }

            i += opCode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, i)),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type> Definitions(Type? type)
    {
        if (type is null || type.IsGenericParameter)
        {
            return [];
        }

        if (type.HasElementType)
        {
            return Definitions(type.GetElementType());
        }

        if (type.IsFunctionPointer)
        {
            return type.GetFunctionPointerParameterTypes().Append(type.GetFunctionPointerReturnType()).SelectMany(Definitions);
        }

        return type.IsGenericType
            ? type.GetGenericArguments().SelectMany(Definitions).Append(type.GetGenericTypeDefinition())
            : [type];
    }
}
