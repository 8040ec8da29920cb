using System.Reflection.Metadata;

namespace NeuralNets.Core.Tests.Package;

/// <summary>What an assembly refers to that finds types and members, or makes code, at run time.</summary>
internal static class ReflectiveReferences
{
    private static readonly string[] s_namespaces = ["System.Reflection", "System.Linq.Expressions", "Microsoft.CSharp"];

    private static readonly string[] s_types = ["System.Activator", "System.Type", "System.Text.Json.JsonSerializer"];

    /// <summary>Types of such namespaces, attributes left out, and members of such types: <c>Namespace.Type</c>,
    /// <c>Namespace.Type.Member</c>.</summary>
    public static IEnumerable<string> Of(MetadataReader metadata)
    {
        IEnumerable<string> types =
            from handle in metadata.TypeReferences
            let name = FullName(metadata, handle)
            where IsReflective(name)
            select name;
        IEnumerable<string> members =
            from handle in metadata.MemberReferences
            let member = metadata.GetMemberReference(handle)
            where member.Parent.Kind == HandleKind.TypeReference
            let type = FullName(metadata, (TypeReferenceHandle)member.Parent)
            where s_types.Contains(type) || IsReflective(type)
            select $"{type}.{metadata.GetString(member.Name)}";
        return types.Concat(members).Distinct();
    }

    private static bool IsReflective(string type) =>
        s_namespaces.Any(space => type.StartsWith(space, StringComparison.Ordinal))
        && !type.EndsWith("Attribute", StringComparison.Ordinal);

    private static string FullName(MetadataReader metadata, TypeReferenceHandle handle)
    {
        TypeReference type = metadata.GetTypeReference(handle);
        return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }
}
