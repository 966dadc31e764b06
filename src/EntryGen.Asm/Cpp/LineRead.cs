using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>A logical line as the preprocessor came to it.</summary>
/// <param name="Source">The file.</param>
/// <param name="Index">Its place among the file's lines that have tokens.</param>
/// <param name="Start">Offset of its first token.</param>
/// <param name="End">Offset behind its last token.</param>
/// <param name="Directive">What it asks for.</param>
/// <param name="MacroName">Of a #define or #undef the macro; null otherwise.</param>
internal readonly record struct LineRead(SourceText Source, int Index, int Start, int End, DirectiveKind Directive, string? MacroName)
{
    public static LineRead Of(TokenizedText text, int index)
    {
        ref readonly var line = ref text.Lines[index];
        ref readonly var first = ref text.Tokens[line.First];
        ref readonly var last = ref text.Tokens[line.First + line.Count - 1];
        var name = line.Directive is DirectiveKind.Define or DirectiveKind.Undef && line.Count > 2 ? text.Tokens[line.First + 2].Text : null;
        return new LineRead(text.Source, index, first.Start, last.Start + last.Length, line.Directive, name);
    }
}
