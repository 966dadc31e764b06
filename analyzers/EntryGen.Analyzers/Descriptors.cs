using System.Collections.Immutable;
using EntryGen.Asm.Diagnostics;
using Microsoft.CodeAnalysis;

namespace EntryGen.Analyzers;

/// <summary>The findings of <c>EntryGen.Asm</c> as compiler diagnostics: the one place where one becomes the other.</summary>
internal static class Descriptors
{
    private static readonly ImmutableDictionary<string, DiagnosticDescriptor> _byId =
        AsmDiagnosticCatalog.All.ToImmutableDictionary(descriptor => descriptor.Id, Create);

    /// <summary>Every rule, by id.</summary>
    public static ImmutableArray<DiagnosticDescriptor> All { get; } =
        [.. _byId.Values.OrderBy(descriptor => descriptor.Id, StringComparer.Ordinal)];

    /// <summary>The compiler's form of a rule.</summary>
    public static DiagnosticDescriptor For(AsmDiagnosticDescriptor descriptor) => _byId[descriptor.Id];

    /// <summary>Whether a rule is in the catalog.</summary>
    public static bool IsKnown(AsmDiagnosticDescriptor descriptor) => _byId.ContainsKey(descriptor.Id);

    private static DiagnosticDescriptor Create(AsmDiagnosticDescriptor descriptor) => new(
        descriptor.Id,
        descriptor.Title,
        "{0}",
        CategoryOf(descriptor.Id),
        descriptor.Severity switch
        {
            AsmSeverity.Error => DiagnosticSeverity.Error,
            AsmSeverity.Warning => DiagnosticSeverity.Warning,
            _ => DiagnosticSeverity.Info,
        },
        isEnabledByDefault: true,
        helpLinkUri: HelpLinks.For(descriptor.Id));

    // EGnxxx: the first digit is the subject.
    private static string CategoryOf(string id) => id[2] switch
    {
        '1' => "EntryGen.Macros",
        '2' => "EntryGen.State",
        '3' => "EntryGen.Speculation",
        '4' => "EntryGen.Concurrency",
        '5' => "EntryGen.Mmu",
        _ => "EntryGen.Assembly",
    };
}
