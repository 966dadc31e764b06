using EntryGen.Asm.Diagnostics;
using EntryGen.Surface;
using Microsoft.CodeAnalysis;

namespace EntryGen.Analyzers;

/// <summary>Turns mistakes of a declaration into diagnostics as they are found.</summary>
internal sealed class SurfaceFindings(Action<Diagnostic> report) : ISurfaceSink
{
    /// <inheritdoc/>
    public void Report(AsmDiagnosticDescriptor descriptor, string message, Location location) =>
        report(Diagnostic.Create(Descriptors.For(descriptor), location, message));
}
