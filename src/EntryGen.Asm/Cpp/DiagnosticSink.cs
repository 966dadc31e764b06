using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>Collects what is wrong with a unit, up to a number.</summary>
internal sealed class DiagnosticSink(int limit)
{
    private readonly List<AsmDiagnostic> _diagnostics = [];

    public IReadOnlyList<AsmDiagnostic> Diagnostics => _diagnostics;

    /// <summary>There were too many: reading ends.</summary>
    public bool IsFull { get; private set; }

    public void Report(AsmDiagnosticDescriptor descriptor, string message, SourceSpan? span)
    {
        if (IsFull)
        {
            return;
        }

        if (_diagnostics.Count >= limit)
        {
            IsFull = true;
            _diagnostics.Add(new AsmDiagnostic(ReaderDiagnostics.PreprocessorBound, $"more than {limit} messages: the rest of the unit is not read", span));
            return;
        }

        _diagnostics.Add(new AsmDiagnostic(descriptor, message, span));
    }

    /// <summary>Reports at a token, and names the macros that it came through.</summary>
    public void Report(AsmDiagnosticDescriptor descriptor, string message, in Token token)
    {
        for (var expansion = token.Expansion; expansion is not null; expansion = expansion.Parent)
        {
            if (expansion.Parent is null)
            {
                message += $" (in the expansion of macro '{expansion.MacroName}' at {expansion.Invocation})";
            }
        }

        Report(descriptor, message, token.Span);
    }

    public void Add(AsmDiagnostic diagnostic) => Report(diagnostic.Descriptor, diagnostic.Message, diagnostic.Span);
}
