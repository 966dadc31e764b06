namespace EntryGen.Asm.Gas;

/// <summary>What the assembler carries from statement to statement, but for names: macros and symbols.</summary>
internal record struct AssemblerState
{
    public AssemblerState()
    {
    }

    /// <summary>Where statements go.</summary>
    public SectionState Sections { get; set; } = SectionState.Initial;

    /// <summary><c>.code64</c> and the like.</summary>
    public int CodeBits { get; set; } = 64;

    /// <summary>Whether <c>.altmacro</c> is in force.</summary>
    public bool IsAlternate { get; set; }

    /// <summary>Macro calls so far: the next value of <c>\@</c>.</summary>
    public int Calls { get; set; }

    /// <summary>Names that <c>LOCAL</c> has made so far.</summary>
    public int Locals { get; set; }

    /// <summary>Statements read so far.</summary>
    public int Read { get; set; }

    /// <summary>What expansions have cost so far.</summary>
    public long ExpandedCharacters { get; set; }

    /// <summary>The state behind a passage that is repeated here: where the passage led, and as much further as it counted.</summary>
    /// <param name="before">At its start, then.</param>
    /// <param name="after">At its end, then.</param>
    public readonly AssemblerState Then(in AssemblerState before, in AssemblerState after) => after with
    {
        Calls = Calls + after.Calls - before.Calls,
        Locals = Locals + after.Locals - before.Locals,
        Read = Read + after.Read - before.Read,
        ExpandedCharacters = ExpandedCharacters + after.ExpandedCharacters - before.ExpandedCharacters,
    };
}
