using EntryGen.Asm.Diagnostics;
using EntryGen.Surface;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace EntryGen.Analyzers;

/// <summary>Finds member attributes that nobody reads, because their class is no unit.</summary>
internal static class StrayAttributes
{
    private static readonly string[] _memberAttributes =
        [AttributeNames.Entry, AttributeNames.Macro, AttributeNames.PerCpu, AttributeNames.CFunction];

    /// <summary>Checks one member.</summary>
    public static void Analyze(SymbolAnalysisContext context)
    {
        if (context.Symbol.ContainingType is not { } type || context.Symbol.GetAttributes().Length == 0)
        {
            return;
        }

        foreach (var name in _memberAttributes)
        {
            if (AttributeValues.Find(context.Symbol, name) is { } attribute && AttributeValues.Find(type, AttributeNames.EntryCode) is null)
            {
                new SurfaceFindings(context.ReportDiagnostic).Report(
                    SurfaceDiagnostics.StrayAttribute,
                    $"'{type.Name}' is not marked [EntryCode], so this attribute on '{context.Symbol.Name}' has no effect.",
                    attribute.Location(context.CancellationToken));
            }
        }
    }
}
