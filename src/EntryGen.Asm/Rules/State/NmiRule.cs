using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>An NMI that hits another one: it neither destroys the frames of the first nor is lost, and the first knows its end (asm_exc_nmi; CVE-2015-3291).</summary>
internal sealed class NmiRule : StateRule
{
    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.NmiNesting];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (node.Scenario is not { Shape: EntryShape.Nmi, IsFromUser: false } scenario)
        {
            return;
        }

        if (Calls.FunctionOf(instruction) is { } function)
        {
            CheckHandler(node, instruction, cpu, function, report);
        }
        else if (instruction.Info.Op == Op.Iret && cpu[AbstractState.Rsp] is { Stack: StackObject.Nmi } pointer && !Calls.IsOwnFrame(instruction, cpu, scenario, report))
        {
            CheckEnd(node, instruction, cpu, pointer.Offset, report);
        }
    }

    /// <inheritdoc/>
    public override void After(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (node.Scenario is not { Shape: EntryShape.Nmi, IsFromUser: false } scenario)
        {
            return;
        }

        foreach (var access in cpu.Accesses)
        {
            if (!access.IsWrite || access.Address.Stack != StackObject.Nmi)
            {
                continue;
            }

            if (scenario.Nesting == NmiNesting.Copying && access.Address.Offset < NmiStack.SavedRdx)
            {
                Report(node, instruction, report, "An NMI that hits another one between repeat_nmi and end_repeat_nmi overwrites what that one copies; it must return at once.");
            }

            if (scenario.Nesting == NmiNesting.Open && access.Address.Offset == NmiStack.Executing && access.Operand is not null
                && cpu.Memory.Load(access.Address, 8) is { IsConstant: true, KnownBits: 0 } && cpu.Flags.System.Bit(AbstractFlags.DirectionBit) != true)
            {
                Report(
                    node,
                    instruction,
                    report,
                    "The NMI says that it is done while DF is clear: until its IRET another NMI cannot tell it from a system call whose RSP the user chose; STD must come before.");
            }
        }
    }

    private static void CheckHandler(StateNode node, Instruction instruction, AbstractCpu cpu, string function, StateReport report)
    {
        switch (node.Scenario.Nesting)
        {
            case NmiNesting.Open when report.HandlesNestedNmis && cpu[AbstractState.Rsp].Stack == StackObject.Nmi && cpu.Memory.Load(NmiStack.At(NmiStack.Executing), 8) is not { KnownBits: not 0 }:
                Report(node, instruction, report, $"{function} is called and nothing on the NMI stack says that an NMI is being handled: another one takes the stack over.");
                break;
            case NmiNesting.Executing or NmiNesting.Copying or NmiNesting.Returning:
                Report(node, instruction, report, $"{function} is called for an NMI that hit another one: the frame of the first is overwritten.");
                break;
        }
    }

    private static void CheckEnd(StateNode node, Instruction instruction, AbstractCpu cpu, long pointer, StateReport report)
    {
        AbstractValue? Word(int field) => cpu.Memory.Load(NmiStack.At(NmiStack.IretFrame + (8 * field)), 8);
        switch (node.Scenario.Nesting)
        {
            case NmiNesting.Open when pointer == NmiStack.IretFrame && cpu.Memory.Load(NmiStack.At(NmiStack.Executing), 8) is not { IsConstant: true, KnownBits: 0 }:
                Report(node, instruction, report, "The NMI returns without saying that it is done: every later one is taken for one that hit it, and lost.");
                break;
            case NmiNesting.Executing or NmiNesting.Returning when !(report.Program.Symbols.TryGetValue(NmiStack.Repeat, out var repeat)
                && Word((int)FrameField.Rip) is { IsConstant: true } rip && rip.KnownBits == repeat.Address
                && Word((int)FrameField.Rsp) is { } stack && stack == NmiStack.At(NmiStack.OutermostFrame)
                && Word((int)FrameField.Cs) is { IsConstant: true } cs && (cs.KnownBits & 3) == 0
                && Word((int)FrameField.Ss) is { IsConstant: true }):
                Report(node, instruction, report, "An NMI that hit another one returns, and the frame of the first does not lead to repeat_nmi with RSP at the outermost frame: it is lost.");
                break;
            case NmiNesting.None when pointer == NmiStack.HardwareFrame:
                Report(node, instruction, report, $"An NMI {node.Scenario.Name} is taken for one that hit another: it is lost.");
                break;
        }
    }

    private static void Report(StateNode node, Instruction instruction, StateReport report, string message) =>
        report.Add(StateDiagnostics.NmiNesting, node, instruction, message);
}
