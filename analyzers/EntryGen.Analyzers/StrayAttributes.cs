using EntryGen.Asm.Diagnostics;
using EntryGen.Surface;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace EntryGen.Analyzers;

/// <summary>Finds member attributes that nobody reads, because their class is no unit.</summary>
internal static class StrayAttributes
{
    private static readonly (string Member, string Class, string Name)[] _attributes =
    [
        .. new[] { AttributeNames.Entry, AttributeNames.Macro, AttributeNames.PerCpu, AttributeNames.CFunction }.Select(name => (name, AttributeNames.EntryCode, "EntryCode")),
        (AttributeNames.ScenarioProperty, AttributeNames.Scenario, "Scenario"),
    ];

    /// <summary>Checks one member.</summary>
    public static void Analyze(SymbolAnalysisContext context)
    {
        if (context.Symbol.ContainingType is not { } type || context.Symbol.GetAttributes().Length == 0)
        {
            return;
        }

        foreach (var (member, ofClass, name) in _attributes)
        {
            if (AttributeValues.Find(context.Symbol, member) is { } attribute && AttributeValues.Find(type, ofClass) is null)
            {
                new SurfaceFindings(context.ReportDiagnostic).Report(
                    SurfaceDiagnostics.StrayAttribute,
                    $"'{type.Name}' is not marked [{name}], so this attribute on '{context.Symbol.Name}' has no effect.",
                    attribute.Location(context.CancellationToken));
            }
        }
    }
}
