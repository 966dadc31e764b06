using EntryGen.Asm.Gas;
using EntryGen.Asm.Suppressions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Diagnostics;

/// <summary>How much a finding matters by default; hosts may map it differently.</summary>
public enum AsmSeverity
{
    /// <summary>A suggestion.</summary>
    Info,

    /// <summary>Probably a mistake.</summary>
    Warning,

    /// <summary>The assembly cannot be read.</summary>
    Error,
}

/// <summary>One thing found in the assembly, at one place.</summary>
/// <param name="Descriptor">What kind of finding it is.</param>
/// <param name="Message">One sentence: what is wrong and what to do.</param>
/// <param name="Span">The characters meant, where they were written; null when there is no text to point at.</param>
/// <param name="Frame">The macro the characters were reached through, or null.</param>
public sealed record AsmDiagnostic(AsmDiagnosticDescriptor Descriptor, string Message, SourceSpan? Span, MacroFrame? Frame = null)
{
    /// <summary>The rule's id, for example <c>EG0003</c>.</summary>
    public string Id => Descriptor.Id;

    /// <summary>The preprocessor macro the characters were reached through, innermost first; null outside of one.</summary>
    public CppExpansion? Expansion { get; init; }

    /// <summary>What the characters of <see cref="Span"/> probably should be (the nearest mnemonic, macro or symbol); null when nothing is near. Editors offer it as a fix.</summary>
    public string? Suggestion { get; init; }

    /// <summary>The one obvious repair; null when there is none or more than one. <see cref="Suggestion"/> alone stands for the repair that puts it in the place of <see cref="Span"/>.</summary>
    public SuggestedFix? Fix
    {
        get => field ?? (Suggestion is { } name && Span is { Length: > 0 } span ? Rename(span, name) : null);
        init;
    }

    /// <summary>Of what a rule found: when it happens; null for mistakes of reading.</summary>
    public FindingDetail? Detail { get; init; }

    /// <summary>The comment that says why it is no mistake; null when there is none. Who presents findings leaves these out, or shows them as suppressed.</summary>
    public Suppression? Suppression { get; init; }

    /// <summary><c>path:line:column: EG0003: message</c>.</summary>
    public override string ToString() => Span is { } span ? $"{span}: {Id}: {Message}" : $"{Id}: {Message}";

    private static SuggestedFix? Rename(SourceSpan span, string name)
    {
        var current = span.Source.Text.Substring(span.Start, Math.Min(span.Length, span.Source.Text.Length - span.Start));
        return current == name || !current.All(character => character is '_' or '.' or '$' or '%' || char.IsLetterOrDigit(character))
            ? null
            : new SuggestedFix($"Change '{current}' to '{name}'", span, name);
    }
}

/// <summary>One kind of finding: the single definition that analyzers, tool, docs and release tracking present.</summary>
/// <param name="Id">The id, <c>EG</c> and four digits.</param>
/// <param name="Title">A few words.</param>
/// <param name="Severity">The severity outside of any configuration.</param>
public sealed record AsmDiagnosticDescriptor(string Id, string Title, AsmSeverity Severity)
{
    /// <summary>In files (.S, .h) it is found only when asked for: kernels do it on purpose in places. In C# classes <see cref="Severity"/> holds.</summary>
    public bool IsOptInForFiles { get; init; }
}
