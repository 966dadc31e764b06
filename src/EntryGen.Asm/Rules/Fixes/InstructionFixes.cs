using EntryGen.Asm.Diagnostics;

namespace EntryGen.Asm.Rules.Fixes;

/// <summary>The fixes that rules about instructions suggest.</summary>
public static class InstructionFixes
{
    /// <summary>Adds an instruction before another; null when that is not written where something can be put in.</summary>
    public static SuggestedFix? AddBefore(Instruction instruction, string text) =>
        StatementEdits.InsertBefore(instruction.Statement, text) is { } edit ? new SuggestedFix($"Add '{text}' before '{instruction}'", [edit]) : null;

    /// <summary>Adds an instruction behind another; null when that is not written where something can be put in.</summary>
    public static SuggestedFix? AddAfter(Instruction instruction, string text) =>
        StatementEdits.InsertAfter(instruction.Statement, text) is { } edit ? new SuggestedFix($"Add '{text}' after '{instruction}'", [edit]) : null;

    /// <summary>Writes another instruction in the place of one; null when it has no characters of its own.</summary>
    public static SuggestedFix? Replace(Instruction instruction, string text) =>
        StatementEdits.Replace(instruction.Statement, text) is { } edit ? new SuggestedFix($"Write '{text}' instead of '{instruction}'", [edit]) : null;

    /// <summary>Exchanges two instructions; null when one of them has no characters of its own.</summary>
    public static SuggestedFix? Swap(Instruction first, Instruction second) =>
        StatementEdits.Swap(first.Statement, second.Statement) is { } edits ? new SuggestedFix($"Exchange '{first}' and '{second}'", edits) : null;

    /// <summary>Takes an instruction away; null when it has no characters of its own.</summary>
    public static SuggestedFix? Remove(Instruction instruction) =>
        StatementEdits.Remove(instruction.Statement) is { } edit ? new SuggestedFix($"Remove '{instruction}'", [edit]) : null;
}
