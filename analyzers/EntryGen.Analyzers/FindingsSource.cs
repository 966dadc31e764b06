using EntryGen.Asm.Units;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace EntryGen.Analyzers;

/// <summary>Computes a compilation's findings when first asked for, once. A cancelled computation leaves nothing behind.</summary>
internal sealed class FindingsSource(Compilation compilation, AnalyzerOptions options, UnitReadings readings)
{
    private readonly object _gate = new();
    private CompilationFindings? _findings;

    /// <summary>The findings.</summary>
    public CompilationFindings Get(CancellationToken cancellation)
    {
        lock (_gate)
        {
            return _findings ??= CompilationFindings.Of(compilation, options, readings, cancellation);
        }
    }
}
