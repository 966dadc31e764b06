using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>Code that saves RSP in one task and loads that of another (__switch_to_asm) pops what it pushed: every task was left by the same code.</summary>
internal sealed class TaskSwitchRule : StateRule
{
    private const int Rsp = AbstractState.Rsp;
    private static readonly (string Name, int Register)[] _preserved = [("rbx", 3), ("rbp", 5), ("r12", 12), ("r13", 13), ("r14", 14), ("r15", 15)];

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.TaskFrame];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (node.Scenario is not { Shape: EntryShape.Call, IsCalledFromC: true } scenario)
        {
            return;
        }

        if (instruction.Info.Op == Op.Mov && instruction.Operands is [MemoryOperand { Segment: null } from, RegisterOperand { Register.Number: Rsp }]
            && cpu.AddressOf(from) is { IsPointer: true, Origin.Kind: OriginKind.EntryRegister } place)
        {
            if (SavedStackPointer(cpu, place.Offset) is { } saved)
            {
                CheckFrame(node, instruction, cpu, saved, from, report);
            }
            else
            {
                Report("The RSP of the task that is left is not saved where the next one's is loaded from; store it there before.");
            }
        }
        else if (instruction.Info.ControlFlow == ControlFlow.Jump && instruction.Target is { Item: null } && cpu[Rsp].Origin == scenario.State.StackPointer.Origin
            && SavedStackPointer(cpu, null) is not null)
        {
            Report("The RSP of the task that is left is saved, and no other one is loaded; load that of the next task.");
        }

        void Report(string message) => report.Add(StateDiagnostics.TaskFrame, node, instruction, message);
    }

    // Where RSP pointed when it was stored in an object of the caller's.
    private static AbstractValue? SavedStackPointer(AbstractCpu cpu, long? offset)
    {
        foreach (ref readonly var slot in cpu.Memory.Slots)
        {
            if (slot.Object.Kind == OriginKind.EntryRegister && (offset is null || slot.Offset == offset) && slot.Value.Stack is not null)
            {
                return slot.Value;
            }
        }

        return null;
    }

    private static void CheckFrame(StateNode node, Instruction load, AbstractCpu cpu, AbstractValue saved, MemoryOperand from, StateReport report)
    {
        var pushed = new List<int>();
        for (var at = saved; at != node.Scenario.State.StackPointer && pushed.Count < 16; at = at.Add(AbstractValue.Constant(8)))
        {
            pushed.Add(cpu.Memory.Load(at, 8) is { IsPointer: true, Offset: 0, Origin: { Kind: OriginKind.EntryRegister, Detail: var register } } ? register : -1);
        }

        foreach (var (name, register) in _preserved)
        {
            if (!pushed.Contains(register))
            {
                report.Add(StateDiagnostics.TaskFrame, node, load, $"%{name} of the task that is left is not on its stack; push it, as the C code that called expects it back.");
            }
        }

        var popped = 0;
        var hasCanary = false;
        Instruction? loaded = null;
        foreach (var instruction in Behind(load, report.Program))
        {
            if (instruction is { Info.Op: Op.Pop, Operands: [RegisterOperand { Register: var register }] } && (popped == pushed.Count || pushed[popped++] != register.Number))
            {
                report.Add(
                    StateDiagnostics.TaskFrame, node, instruction, "This takes another register than was pushed there when the task was left; pop in the reverse order of the pushes.", end: load);
                return;
            }

            // Without CONFIG_SMP the per-CPU variable is one like others.
            hasCanary |= loaded is { Operands: [_, RegisterOperand { Register: var value }] }
                && instruction is { Info.Op: Op.Mov, Operands: [RegisterOperand stored, MemoryOperand { Segment: not null } or MemoryOperand { Symbol: not null }] } && stored.Register == value;
            loaded = instruction is { Info.Op: Op.Mov, Operands: [MemoryOperand { Segment: null } source, RegisterOperand] } && source.Base == from.Base ? instruction : null;
        }

        if (popped < pushed.Count)
        {
            report.Add(StateDiagnostics.TaskFrame, node, load, "Not all that was pushed when the task was left is popped again; the next return address is one of the registers.");
        }

        if (!hasCanary && report.HasStackProtector)
        {
            report.Add(StateDiagnostics.TaskFrame, node, load, "The stack canary stays that of the task that is left; load the next one's and store it in the per-CPU variable.");
        }
    }

    // What stands behind it, to the jump or return by which the function is left.
    private static IEnumerable<Instruction> Behind(Instruction load, Program program)
    {
        for (var i = load.Index + 1; i < program.Items.Count && program.Items[i].Section == load.Section; i++)
        {
            if (program.Items[i] is Instruction instruction)
            {
                yield return instruction;
                if (instruction.Info.ControlFlow == ControlFlow.Return || (instruction.Info.ControlFlow == ControlFlow.Jump && instruction.Target?.Item is null))
                {
                    yield break;
                }
            }
        }
    }
}
