using EntryGen.Asm.Diagnostics;
using Microsoft.CodeAnalysis;

namespace EntryGen.Surface;

/// <summary>Takes the mistakes found while a declaration is read. The generator has none: the analyzer, reading the same way, speaks for both.</summary>
internal interface ISurfaceSink
{
    /// <summary>Takes one mistake.</summary>
    void Report(AsmDiagnosticDescriptor descriptor, string message, Location location);
}
