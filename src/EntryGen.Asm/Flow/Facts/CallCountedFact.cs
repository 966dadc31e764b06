using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.Facts;

/// <summary>The depth of calls was counted or set since the entry was reached: code that X86_FEATURE_CALL_DEPTH chooses has written a per-CPU variable.</summary>
internal sealed class CallCountedFact : Fact
{
    private const string Feature = "CALL_DEPTH";
    private readonly HashSet<Instruction> _counts = [];

    /// <summary>The fact for a Program.</summary>
    public CallCountedFact(Program program)
    {
        foreach (var site in program.Items.OfType<AlternativeSite>())
        {
            foreach (var choice in site.Choices)
            {
                for (var item = choice.Feature.Name == Feature && !choice.Inverted ? choice.Target : null; item is Instruction instruction; item = Next(instruction))
                {
                    if (instruction.Operands.Count > 0 && instruction.Operands[instruction.Operands.Count - 1] is MemoryOperand { Segment: not null })
                    {
                        _counts.Add(instruction);
                    }
                }
            }
        }

        // A replacement goes on behind its site by a jump of the layout's, or where the original's next item stands.
        static CodeItem? Next(Instruction instruction) => instruction.Info.ControlFlow == ControlFlow.Sequential ? instruction.Next : null;
    }

    /// <inheritdoc/>
    public override bool HoldsAt(Scenario scenario) => scenario.IsFromUser || scenario.Shape == EntryShape.Call;

    /// <inheritdoc/>
    public override FactEffect? EffectOf(Instruction instruction) =>
        _counts.Contains(instruction) ? FactEffect.Set : Departures.CFunctionOf(instruction) is not null ? FactEffect.Expire : FactEffect.None;
}
