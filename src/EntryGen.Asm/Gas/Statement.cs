using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>What a statement is to the assembler.</summary>
public enum StatementKind
{
    /// <summary>A machine instruction.</summary>
    Instruction,

    /// <summary>A label definition.</summary>
    Label,

    /// <summary><c>symbol = expression</c>.</summary>
    Assignment,

    /// <summary>
    /// A directive that the assembler executes. Macro definitions, conditionals and repetitions are consumed by the engine and never get here.
    /// </summary>
    Directive,
}

/// <summary>One statement that the assembler executes, after every expansion, in the order in which it does.</summary>
public sealed class Statement
{
    // Few statements are ever asked for their text: it is cut out of the expansion when one is, by whichever thread asks first.
    private readonly TextSlice _slice;
    private readonly int _operandStart;
    private Cut? _text;
    private Cut? _operands;

    /// <summary>Takes a statement off a text.</summary>
    /// <param name="text">The statement.</param>
    /// <param name="operandStart">Index in the same source where its operands start.</param>
    internal Statement(TextSlice text, int operandStart)
    {
        _slice = text;
        _operandStart = operandStart;
    }

    /// <summary>Position in the order of execution, from 0.</summary>
    public required int Sequence { get; init; }

    /// <summary>What it is.</summary>
    public required StatementKind Kind { get; init; }

    /// <summary>The section current when the statement has taken effect (so a <c>.pushsection</c> stands in the section it opens).</summary>
    public required string Section { get; init; }

    /// <summary>The subsection (<c>.subsection</c>, <c>.text 1</c>), which orders a section's contents; mostly 0.</summary>
    public long Subsection { get; init; }

    /// <summary>The mode that its code runs in, in bits: 64, or 32 or 16 after <c>.code32</c> or <c>.code16</c>.</summary>
    public int CodeBits { get; init; } = 64;

    /// <summary>Mnemonic with prefixes stripped, directive with its dot, label or assigned symbol.</summary>
    public required string Name { get; init; }

    /// <summary>The statement as the scrubber leaves it, without labels before it.</summary>
    public TracedText Text => (_text ??= new Cut(_slice.ToTracedText())).Text;

    /// <summary>What follows the name, trimmed; empty for a label.</summary>
    public TracedText Operands => (_operands ??= new Cut(_slice.From(_operandStart).ToTracedText())).Text;

    /// <summary>The innermost macro (or repetition) that produced it; null at top level.</summary>
    public MacroFrame? Frame { get; init; }

    /// <summary>File of the outermost source line, as GNU as reports it.</summary>
    public required SourceText File { get; init; }

    /// <summary>The outermost source line, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>Number of macro frames around it.</summary>
    public int Depth => Frame?.Depth ?? 0;

    /// <summary>
    /// The macros it came through, outermost first, each <c>NAME@file:line</c> with the file's name and the line of the call.
    /// </summary>
    /// <remarks>
    /// The outermost call stands on the statement's own source line, even where a preprocessor macro spells it elsewhere. A repetition's
    /// call is its first line, while GNU as counts the statements in it to its last.
    /// </remarks>
    public IReadOnlyList<string> MacroStack()
    {
        return Frame is null ? [] : [.. Frame.OutermostFirst().Select(Describe)];

        string Describe(MacroFrame frame) =>
            frame.Parent is null && frame.Name[0] != '.' ? At(frame, File, Line) : frame.CallSite is { } call ? At(frame, call.Source, call.Line) : frame.Name;
    }

    /// <inheritdoc/>
    public override string ToString() => Text.Text;

    private sealed class Cut(TracedText text)
    {
        public TracedText Text { get; } = text;
    }

    private static string At(MacroFrame frame, SourceText source, int line) => $"{frame.Name}@{source.Path.Substring(source.Path.LastIndexOf('/') + 1)}:{line}";
}

/// <summary>One macro call in progress: who was called, from where.</summary>
/// <param name="Name">The macro's name as defined; <c>.rept</c>, <c>.irp</c> or <c>.irpc</c> for a repetition.</param>
/// <param name="CallSite">The call as written.</param>
/// <param name="Parent">The frame in whose body the call stands, or null.</param>
public sealed record MacroFrame(string Name, SourceSpan? CallSite, MacroFrame? Parent)
{
    /// <summary>The macro's name where it is defined; null for a repetition.</summary>
    public SourceSpan? Definition { get; init; }

    /// <summary>1 for a call at top level.</summary>
    public int Depth { get; } = (Parent?.Depth ?? 0) + 1;

    /// <summary>The frames from the outermost to this one.</summary>
    public IReadOnlyList<MacroFrame> OutermostFirst()
    {
        var frames = new MacroFrame[Depth];
        var i = Depth;
        for (var frame = this; frame is not null; frame = frame.Parent)
        {
            frames[--i] = frame;
        }

        return frames;
    }
}
