using EntryGen.Asm.Text;

namespace EntryGen.Asm.Diagnostics;

/// <summary>What an earlier stage could not read, a later one misunderstands: one mistake is one finding.</summary>
public static class FollowUps
{
    /// <summary>Findings of a later stage, without those at a place where an earlier one found an error.</summary>
    /// <param name="earlier">What was found before.</param>
    /// <param name="later">What was found after it.</param>
    public static IEnumerable<AsmDiagnostic> Without(IEnumerable<AsmDiagnostic> earlier, IEnumerable<AsmDiagnostic> later)
    {
        var mistakes = new HashSet<SourceSpan>(earlier
            .Where(found => found.Descriptor.Severity == AsmSeverity.Error && found.Span is { Length: > 0 })
            .Select(found => StartOf(found.Span!.Value)));
        return later.Where(found => found.Span is not { } span || !mistakes.Contains(StartOf(span)));
    }

    /// <summary>Findings in files that include themselves, which are read as often as includes may nest: each once, and none about names that are there again.</summary>
    /// <param name="found">What was found in them.</param>
    public static IEnumerable<AsmDiagnostic> WithoutRepetitions(IEnumerable<AsmDiagnostic> found)
    {
        var known = new HashSet<(AsmDiagnosticDescriptor, string, SourceSpan?)>();
        return found.Where(one =>
            one.Descriptor != AssemblerDiagnostics.DuplicateSymbol
            && one.Descriptor != AssemblerDiagnostics.DuplicateMacro
            && one.Descriptor != AssemblerDiagnostics.TooManyDiagnostics
            && known.Add((one.Descriptor, one.Message, one.Span is { } span ? StartOf(span) : null)));
    }

    private static SourceSpan StartOf(SourceSpan span)
    {
        var (source, start) = span.Source.Resolve(span.Start);
        return new SourceSpan(source, start, 0);
    }
}
