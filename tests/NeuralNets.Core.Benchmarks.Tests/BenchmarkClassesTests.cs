using System.Collections;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace NeuralNets.Core.Benchmarks.Tests;

/// <summary>Keeps the benchmarks running: each is called once, with the first value of each parameter.</summary>
public class BenchmarkClassesTests
{
    public static TheoryData<Type> Classes => [.. ClosedClasses()];

    [Fact]
    public void Classes_OfTheProject_AreFound() =>
        ClosedClasses().Should().Contain([typeof(GemmSquareBenchmarks<float>), typeof(EpochBenchmarks<double>)]);

    [Theory]
    [MemberData(nameof(Classes))]
    public void Benchmark_FirstParameters_Runs(Type type)
    {
        object instance = Activator.CreateInstance(type)!;
        foreach (PropertyInfo property in type.GetProperties())
        {
            if (FirstValue(property, instance) is { } value)
            {
                property.SetValue(instance, value);
            }
        }

        foreach (MethodInfo setup in Marked<GlobalSetupAttribute>(type))
        {
            setup.Invoke(instance, null);
        }

        foreach (MethodInfo benchmark in Marked<BenchmarkAttribute>(type).Where(method => OptionalBackends.IsPresent(method.Name)))
        {
            instance.Invoking(it => benchmark.Invoke(it, null)).Should().NotThrow("{0} is a benchmark", benchmark.Name);
        }
    }

    private static IEnumerable<Type> ClosedClasses() =>
        from type in typeof(GemmShape).Assembly.GetTypes()
        where !type.IsAbstract && Marked<BenchmarkAttribute>(type).Any()
        from arguments in type.GetCustomAttributes<GenericTypeArgumentsAttribute>()
        select type.MakeGenericType(arguments.GenericTypeArguments);

    private static IEnumerable<MethodInfo> Marked<TAttribute>(Type type)
        where TAttribute : Attribute => type.GetMethods().Where(method => method.IsDefined(typeof(TAttribute)));

    private static object? FirstValue(PropertyInfo property, object instance)
    {
        if (property.GetCustomAttribute<ParamsAttribute>() is { } values)
        {
            return values.Values[0];
        }

        return property.GetCustomAttribute<ParamsSourceAttribute>() is { } source
            ? ((IEnumerable)instance.GetType().GetProperty(source.Name)!.GetValue(instance)!).Cast<object>().First()
            : null;
    }
}
