using System.Reflection;

namespace NeuralNets.Core.Tests.Package;

/// <summary>The folders of the library are floors: what lies in one uses its own and those below, never one above.</summary>
public sealed class ArchitectureTests
{
    private const string Root = "NeuralNets.Core";

    /// <summary>From the ground up. A folder inside another is a part of it; the library's root folder has no name.</summary>
    private static readonly string[] s_floors =
    [
        "Numerics",
        "Kernels",
        "Initialization",
        "Activations",
        "Losses",
        "Optimizers",
        "Data",
        "Tables",
        "Backends",
        "",
        "Serialization",
        "Training",
        "Evaluation",
        "Models",
    ];

    /// <summary>Uses of a floor above that are meant, each with its reason. An entry that is not needed any more fails the test.</summary>
    private static readonly string[] s_exceptions =
    [
    ];

    private static readonly Assembly s_library = typeof(Network<>).Assembly;

    [Fact]
    public void Types_OfTheLibrary_UseNoFloorAboveTheirOwn()
    {
        string[] uses = [.. UsesOfFloorsAbove()];

        uses.Except(s_exceptions).Should().BeEmpty("a folder must not use one above it");
        s_exceptions.Except(uses).Should().BeEmpty("an exception that nothing needs must go");
    }

    [Fact]
    public void Types_OfTheLibrary_LieOnAFloor() =>
        LibraryTypes(s_library.GetTypes()).Where(type => Floor(type) < 0).Should().BeEmpty();

    [Fact]
    public void References_OfATypeWithEveryKindOfUse_AreAllFound()
    {
        IEnumerable<Type> found = new[] { typeof(EveryKindOfUse<>) }
            .Concat(typeof(EveryKindOfUse<>).GetNestedTypes(BindingFlags.NonPublic))
            .SelectMany(TypeReferences.Of);

        found.Should().Contain(
        [
            typeof(Marked<>), typeof(ICloneable), typeof(IComparable), // the base class, its argument, a constraint
            typeof(Version), typeof(Uri), typeof(Guid), // a field's elements, a property, a parameter
            typeof(Environment), typeof(Math), typeof(Random), // called: in a body, in a lambda, a constructor
            typeof(Lazy<>), typeof(TimeSpan), typeof(FormatException), // a generic call's argument, within it, caught
            typeof(DayOfWeek), // an operand of typeof
        ]);
    }

    private static IEnumerable<string> UsesOfFloorsAbove() =>
        (from type in LibraryTypes(s_library.GetTypes())
         from used in LibraryTypes(TypeReferences.Of(type))
         where Floor(used) > Floor(type)
         select $"{Name(type)} -> {Name(used)}").Distinct();

    /// <summary>The types that are written in the library, and what the compiler makes inside them.</summary>
    private static IEnumerable<Type> LibraryTypes(IEnumerable<Type> types) =>
        types.Where(type => type.Assembly == s_library && type.Namespace?.StartsWith(Root, StringComparison.Ordinal) == true);

    private static int Floor(Type type)
    {
        string folder = type.Namespace![Root.Length..].TrimStart('.').Split('.')[0];
        return Array.IndexOf(s_floors, folder);
    }

    /// <summary>The folder and the name of the outermost type.</summary>
    private static string Name(Type type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return $"{type.Namespace![Root.Length..].TrimStart('.').Replace('.', '/')}/{type.Name.Split('`')[0]}".TrimStart('/');
    }

    private abstract class Marked<T>;

    private sealed class EveryKindOfUse<T> : Marked<ICloneable>
        where T : IComparable
    {
#pragma warning disable CS0649, CS0169, IDE0044, IDE0051 // Nothing is done with them.
        private Version[]? _field;
#pragma warning restore CS0649, CS0169, IDE0044, IDE0051

        public Uri? Property { get; set; }

        public static Func<double> Method(ref Guid parameter)
        {
            try
            {
                _ = Array.Empty<Lazy<TimeSpan>>();
                _ = new Random(Environment.ProcessorCount);
                return () => Math.Sqrt(2);
            }
            catch (FormatException)
            {
                return () => typeof(DayOfWeek).Name.Length;
            }
        }
    }
}
