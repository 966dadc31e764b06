using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>Collects what is wrong, with the macro in which it was found; keeps a bounded number.</summary>
internal sealed class DiagnosticBag(int limit)
{
    private readonly List<AsmDiagnostic> _diagnostics = [];

    /// <summary>The macro being expanded, or null.</summary>
    public MacroFrame? Frame { get; set; }

    /// <summary>What was collected.</summary>
    public IReadOnlyList<AsmDiagnostic> Diagnostics => _diagnostics;

    /// <summary>Whether reading on makes no sense.</summary>
    public bool IsFull => _diagnostics.Count > limit;

    /// <summary>Reports at some characters; where something is missing, at the word before.</summary>
    public void Report(AsmDiagnosticDescriptor descriptor, TextSlice where, string message)
    {
        var place = where.IsEmpty ? WordBefore(where) : where;
        Report(descriptor, place.Span, Frame, message, place.Expansion);
    }

    public void Report(AsmDiagnosticDescriptor descriptor, SourceSpan? span, string message) => Report(descriptor, span, Frame, message);

    public void Report(AsmDiagnosticDescriptor descriptor, SourceSpan? span, MacroFrame? frame, string message, CppExpansion? expansion = null)
    {
        if (_diagnostics.Count < limit)
        {
            _diagnostics.Add(new AsmDiagnostic(descriptor, message, span, frame) { Expansion = expansion });
        }
        else if (_diagnostics.Count == limit)
        {
            _diagnostics.Add(new AsmDiagnostic(AssemblerDiagnostics.TooManyDiagnostics, $"more than {limit} mistakes; reading stops here", span, frame));
        }
    }

    private static TextSlice WordBefore(TextSlice where)
    {
        var text = where.Source.Text;
        var end = Math.Min(where.Start, text.Length);
        while (end > 0 && Characters.IsBlank(text[end - 1]))
        {
            end--;
        }

        var start = end;
        while (start > 0 && Characters.IsNamePart(text[start - 1]))
        {
            start--;
        }

        return where.Between(start == end ? Math.Max(0, end - 1) : start, end);
    }
}
