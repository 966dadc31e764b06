using System.Reflection;

namespace EntryGen.Asm.Diagnostics;

/// <summary>Every kind of finding there is: the fields of this assembly's <c>...Diagnostics</c> classes, so that none can be forgotten.</summary>
public static class AsmDiagnosticCatalog
{
    /// <summary>The descriptors, ordered by id.</summary>
    public static IReadOnlyList<AsmDiagnosticDescriptor> All { get; } =
        [.. typeof(AsmDiagnosticCatalog).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Diagnostics", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            .Select(field => field.GetValue(null))
            .OfType<AsmDiagnosticDescriptor>()
            .OrderBy(descriptor => descriptor.Id, StringComparer.Ordinal)];
}
