using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>A call of a macro that was expanded: what was written, where, and the statements it became.</summary>
public sealed class MacroCall
{
    private readonly int _operands; // how far behind the start of the call
    private ArgumentList? _arguments;

    /// <summary>A call.</summary>
    /// <param name="expansion">What it was expanded to.</param>
    /// <param name="operands">How far behind its start its operands start.</param>
    /// <param name="firstStatement">Index of the first statement that it became.</param>
    /// <param name="arguments">Its arguments if they cannot be read again without the state at the call, as under <c>.altmacro</c>; null for others, which are when they are asked for.</param>
    internal MacroCall(MacroFrame expansion, int operands, int firstStatement, ArgumentList? arguments)
    {
        Expansion = expansion;
        _operands = operands;
        FirstStatement = firstStatement;
        _arguments = arguments;
        CanNameArguments = arguments is null;
    }

    /// <summary>Takes a call over from another reading of the unit.</summary>
    internal MacroCall(MacroCall other, MacroFrame expansion, int firstStatement)
        : this(expansion, other._operands, firstStatement, arguments: null)
    {
    }

    /// <summary>The macro.</summary>
    public MacroDefinition Macro => Expansion.Macro!;

    /// <summary>The arguments that are written, in their order.</summary>
    public IReadOnlyList<MacroArgument> Arguments => Split().Written;

    /// <summary>The text of each parameter of <see cref="Macro"/>, with defaults filled in.</summary>
    public IReadOnlyList<TextSlice> Values => Split().Values;

    /// <summary>The expansion: the statements it became, and those of the calls in it, have this frame around them.</summary>
    public MacroFrame Expansion { get; }

    /// <summary>Whether it could name its arguments: under <c>.altmacro</c> GNU as takes <c>name=value</c> for a value.</summary>
    public bool CanNameArguments { get; }

    /// <summary>Index in <see cref="AssemblyListing.Statements"/> of the first statement it became, if it became any.</summary>
    public int FirstStatement { get; }

    /// <summary>The macro (or repetition) in whose expansion the call stands; null at top level.</summary>
    public MacroFrame? Frame => Expansion.Parent;

    /// <summary>The call as written.</summary>
    public SourceSpan? Span => Expansion.CallSite;

    /// <summary>The preprocessor macro that the call came through, or null.</summary>
    public CppExpansion? Preprocessor => Expansion.Call.Expansion;

    /// <summary>
    /// Whether it is written in the body of a macro. What a string argument holds (<c>ALTERNATIVE "", "RESTORE_CR3 %r14", X86_FEATURE_PTI</c>) is written where that argument is.
    /// </summary>
    public bool IsInMacroBody
    {
        get
        {
            var outermost = Frame;
            for (var frame = Frame; frame is not null; frame = frame.Parent)
            {
                outermost = frame.Definition is null ? outermost : frame;
            }

            if (outermost?.Definition is null)
            {
                return false; // at top level, or in a repetition there
            }

            return !(Span is { } span && outermost.CallSite is { } call && ReferenceEquals(call.Source, span.Source)
                && call.Start <= span.Start && span.Start < call.Start + call.Length);
        }
    }

    /// <summary>The statements that it became, in order.</summary>
    /// <param name="listing">The listing it is from.</param>
    public IEnumerable<Statement> Statements(AssemblyListing listing)
    {
        for (var i = FirstStatement; i < listing.Statements.Count && Holds(listing.Statements[i]); i++)
        {
            yield return listing.Statements[i];
        }
    }

    // Few calls are ever asked; whichever thread asks first reads them.
    private ArgumentList Split() => _arguments ??= ArgumentSplitter.SplitAgain(Macro, Expansion.Call.From(Expansion.Call.Start + _operands));

    private bool Holds(Statement statement)
    {
        var frame = statement.Frame;
        while (frame is not null && frame.Depth > Expansion.Depth)
        {
            frame = frame.Parent;
        }

        return ReferenceEquals(frame, Expansion);
    }

    /// <inheritdoc/>
    public override string ToString() => Expansion.Call.ToString();
}

/// <summary>An argument as a call has it.</summary>
/// <param name="Parameter">Index of its parameter in <see cref="MacroDefinition.Parameters"/>.</param>
/// <param name="Value">Its text, without the quotes around it.</param>
/// <param name="IsNamed">Whether it is written <c>name=value</c>.</param>
public readonly record struct MacroArgument(int Parameter, TextSlice Value, bool IsNamed);

/// <summary>The arguments of a call: as they are written, and what each parameter got.</summary>
internal sealed record ArgumentList(IReadOnlyList<MacroArgument> Written, IReadOnlyList<TextSlice> Values);
