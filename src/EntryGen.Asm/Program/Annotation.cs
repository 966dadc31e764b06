using EntryGen.Asm.Gas;

namespace EntryGen.Asm;

/// <summary>A note for objtool about one place in the code.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Place">The place.</param>
/// <param name="Section">The section that holds the record.</param>
/// <param name="Statement">The first statement of the record.</param>
public sealed record Annotation(AnnotationKind Kind, RecordedPlace Place, string Section, Statement Statement);

/// <summary>What a note for objtool says (include/linux/objtool.h, arch/x86/include/asm/nospec-branch.h).</summary>
public enum AnnotationKind
{
    /// <summary>A note that EntryGen does not know; its section tells what it is.</summary>
    Other,

    /// <summary>The address is taken though no ENDBR stands there, and nothing branches to it indirectly (ANNOTATE_NOENDBR).</summary>
    NoEndbr,

    /// <summary>The call stays in its function: a jump that pushes an address (ANNOTATE_INTRA_FUNCTION_CALL).</summary>
    IntraFunctionCall,

    /// <summary>The indirect branch or bare return is meant to be one (ANNOTATE_RETPOLINE_SAFE, ANNOTATE_UNRET_SAFE).</summary>
    RetpolineSafe,

    /// <summary>Control gets here, whatever it looks like (REACHABLE).</summary>
    Reachable,

    /// <summary>Control does not get here.</summary>
    Unreachable,

    /// <summary>The function does with its stack what objtool shall not look at (STACK_FRAME_NON_STANDARD).</summary>
    NonStandardStackFrame,

    /// <summary>From here on every path untrains the return predictor before it returns (VALIDATE_UNRET_BEGIN).</summary>
    ValidateUntrainedReturn,

    /// <summary>Code that may be instrumented starts.</summary>
    InstrumentationBegin,

    /// <summary>Code that may be instrumented ends.</summary>
    InstrumentationEnd,

    /// <summary>The alternative is none to check (ANNOTATE_IGNORE_ALTERNATIVE).</summary>
    IgnoredAlternative,

    /// <summary>The ENDBR stays even when nothing refers to it.</summary>
    UnsealedEndbr,
}
