using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>A logical line of a text: its tokens, without those of its neighbours.</summary>
internal struct TokenLine
{
    /// <summary>Index of the first token.</summary>
    public int First;

    /// <summary>Number of tokens; at least 1, since lines without any are left out.</summary>
    public int Count;

    /// <summary>The physical line of the first token, from 1.</summary>
    public int Number;

    public DirectiveKind Directive;

    /// <summary>For a conditional directive: index of the line that continues or ends its group, or -1.</summary>
    public int NextInGroup;
}

/// <summary>The tokens of one text. Depends on the text alone, so that it can be kept between runs.</summary>
internal sealed class TokenizedText(SourceText source, Token[] tokens, TokenLine[] lines, IReadOnlyList<AsmDiagnostic> diagnostics)
{
    private MacroDefinition?[]? _definitions;

    public SourceText Source { get; } = source;

    public Token[] Tokens { get; } = tokens;

    public TokenLine[] Lines { get; } = lines;

    /// <summary>What the lexer found.</summary>
    public IReadOnlyList<AsmDiagnostic> Diagnostics { get; } = diagnostics;

    /// <summary>What a <c>#define</c> line defines, once somebody has read it; a definition depends on its line alone.</summary>
    public ref MacroDefinition? DefinitionAt(int line)
    {
        _definitions ??= new MacroDefinition?[Lines.Length];
        return ref _definitions[line];
    }
}
