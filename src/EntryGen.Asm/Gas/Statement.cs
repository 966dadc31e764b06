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
    private readonly IReadText _source;
    private readonly int _start;
    private readonly int _end;
    private readonly int _operandStart;
    private readonly byte _kind;
    private readonly byte _directive;
    private readonly byte _codeBits = 64;
    private Cut? _text;
    private Cut? _operands;

    /// <summary>Takes a statement off a text.</summary>
    /// <param name="source">The call in whose expansion it stands, or the file.</param>
    /// <param name="start">Index of its first character there.</param>
    /// <param name="end">Index behind its last character.</param>
    /// <param name="operandStart">Index where its operands start.</param>
    internal Statement(IReadText source, int start, int end, int operandStart)
    {
        _source = source;
        _start = start;
        _end = end;
        _operandStart = operandStart;
    }

    /// <summary>Takes a statement over from another reading of the unit.</summary>
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal Statement(Statement other, int sequence, string name, IReadText source, int start, int end, int operandStart, SourceText file, int line)
        : this(source, other._start + start, other._end + end, other._operandStart + operandStart)
    {
        Sequence = sequence;
        Kind = other.Kind;
        Section = other.Section;
        Subsection = other.Subsection;
        CodeBits = other.CodeBits;
        Name = name;
        Directive = other.Directive;
        File = file;
        Line = line;
    }

    /// <summary>Position in the order of execution, from 0.</summary>
    public required int Sequence { get; init; }

    /// <summary>What it is.</summary>
    public required StatementKind Kind
    {
        get => (StatementKind)_kind;
        init => _kind = (byte)value;
    }

    /// <summary>The section current when the statement has taken effect (so a <c>.pushsection</c> stands in the section it opens).</summary>
    public required string Section { get; init; }

    /// <summary>The subsection (<c>.subsection</c>, <c>.text 1</c>), which orders a section's contents; mostly 0.</summary>
    public long Subsection { get; init; }

    /// <summary>The mode that its code runs in, in bits: 64, or 32 or 16 after <c>.code32</c> or <c>.code16</c>.</summary>
    public int CodeBits
    {
        get => _codeBits;
        init => _codeBits = (byte)value;
    }

    /// <summary>Mnemonic with prefixes stripped, directive with its dot, label or assigned symbol.</summary>
    public required string Name { get; init; }

    /// <summary>The statement as the scrubber leaves it, without labels before it.</summary>
    public TracedText Text => (_text ??= new Cut(Slice.ToTracedText())).Text;

    /// <summary>What follows the name, trimmed; empty for a label.</summary>
    public TracedText Operands => (_operands ??= new Cut(Slice.From(_operandStart).ToTracedText())).Text;

    /// <summary>What its name means when it is a directive or an assignment.</summary>
    internal Directive Directive
    {
        get => (Directive)_directive;
        init => _directive = (byte)value;
    }

    /// <summary>The statement as part of the text that it was read from.</summary>
    internal TextSlice Slice => new(_source.Text, _start, _end);

    /// <summary>Index in the same text where its operands start.</summary>
    internal int OperandStart => _operandStart;

    /// <summary>The innermost macro (or repetition) that produced it; null at top level.</summary>
    public MacroFrame? Frame => _source as MacroFrame;

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
