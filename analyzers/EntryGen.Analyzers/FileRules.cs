using EntryGen.Asm.Units;
using Microsoft.CodeAnalysis;

namespace EntryGen.Analyzers;

/// <summary>Which findings in AdditionalFiles are wanted: of a rule that files must ask for, those that a project gives a severity.</summary>
/// <remarks>
/// An .editorconfig does not reach files that are no C# (dotnet/roslyn#31916). A .globalconfig does (<c>dotnet_diagnostic.EG2014.severity = warning</c>), as do a
/// ruleset and the compiler's /warnaserror.
/// </remarks>
internal sealed class FileRules(Compilation compilation, CancellationToken cancellation)
{
    /// <summary>Whether a finding is to be shown.</summary>
    public bool IsWanted(UnitFinding finding) =>
        finding.Place.Part != UnitPart.File || !finding.Diagnostic.Descriptor.IsOptInForFiles || HasSeverity(finding.Diagnostic.Id);

    private bool HasSeverity(string id) =>
        compilation.Options.SpecificDiagnosticOptions.ContainsKey(id)
        || compilation.Options.SyntaxTreeOptionsProvider?.TryGetGlobalDiagnosticValue(id, cancellation, out _) == true;
}
