using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;
using EntryGen.Asm.Rules.Fixes;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Rules.State;

/// <summary>SWAPGS comes before the write of CR3, so that per-CPU data can be used at it (the order of "x86/mm/pti: Prepare the x86/entry assembly code for entry/exit CR3 switching").</summary>
/// <remarks>Nothing is broken by the other order alone: what needs the GS base in between is found by EG2001. Today's paranoid_entry writes CR3 first on purpose.</remarks>
internal sealed class SwitchOrderRule : StateRule
{
    // As far as SWAPGS may stand behind a call whose expansion writes CR3.
    private const int MaxItems = 64;

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.SwitchOrder];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (instruction.Info.Op == Op.MovToControl && instruction.Operands is [RegisterOperand source, RegisterOperand { Register.Number: 3 }]
            && cpu.GsBase.Origin.Kind == OriginKind.UserGsBase
            && cpu.Cr3.Bit(Cr3Bits.UserHalf) == true && cpu[source.Register.Number].Bit(Cr3Bits.UserHalf) == false)
        {
            report.Add(
                StateDiagnostics.SwitchOrder,
                node,
                instruction,
                "CR3 is switched to the kernel's while the user's GS base is live; put SWAPGS first, so that per-CPU data can be used here.",
                fix: () => Exchange(instruction));
        }
    }

    // The write, or the call whose expansion it is, and the SWAPGS that is the next thing written behind it.
    private static SuggestedFix? Exchange(Instruction write)
    {
        var call = write.Statement.Frame?.OutermostFirst()[0];
        CodeItem? item = write;
        for (var i = 0; i < MaxItems && item is not null; i++, item = item.Next)
        {
            if (item is not Instruction instruction || ReferenceEquals(instruction, write) || (call is not null && ReferenceEquals(instruction.Statement.Frame?.OutermostFirst()[0], call)))
            {
                continue;
            }

            var place = call is null ? write.Statement.Text.Span : call.CallSite;
            return instruction is { Info.Op: Op.Swapgs, Statement: { Frame: null, Text.Span: { } swapgs } } && place is { } first && StatementEdits.Swap(first, swapgs) is { } edits
                ? new SuggestedFix($"Put '{instruction}' before '{TextOf(first)}'", edits)
                : null;
        }

        return null;
    }

    private static string TextOf(SourceSpan span) => span.Source.Text.Substring(span.Start, span.Length);
}
