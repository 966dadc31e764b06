using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>PUSH, POP and what goes with them.</summary>
internal static class StackOperations
{
    // RF and VM read as 0 in what PUSHF stores.
    private const ulong PushedFlags = ~0x30000UL;

    public static void AddTo(Dictionary<Op, Semantic> table)
    {
        table.Add(Op.Push, t => t.Push(Pushed(t), t.Width));
        table.Add(Op.Pop, new Semantic(Pop, static instruction => instruction.Operands[0] is RegisterOperand { Register.Class: RegisterClass.Segment }));
        table.Add(Op.Pushf, t => t.Push(t.Let($"{t.Flags()} & {Value.Number(PushedFlags)}"), t.Width));
        table.AddForStep(Op.Popf, t => t.Machine($"cpu.PopFlags({t.Width})", new MachineEffects(1 << RegisterNumber.Rsp, 1 << RegisterNumber.Rsp, ReadsFlags: true, WritesFlags: true)));
        table.Add(Op.Leave, Leave);
    }

    // PUSH %rsp stores the value from before.
    private static Value Pushed(Translation t) => t.Source is RegisterOperand { Register: { Class: RegisterClass.Segment } segment }
        ? Value.Atom(Translation.System(SystemOperations.SegmentName(segment)))
        : t.Read(t.Source);

    // A memory destination is addressed with the RSP from after the pop; POP %rsp ends with the value popped.
    private static void Pop(Translation t)
    {
        if (t.Destination is RegisterOperand { Register: { Class: RegisterClass.Segment } segment })
        {
            var selector = t.Let(t.Load(t.Stack(0), t.Width, forUpdate: false));
            t.Machine($"cpu.MoveToSegment({segment.Number}, {selector} & 0xffffUL)");
            t.SegmentBasesChanged();
            t.SetRegister64(RegisterNumber.Rsp, t.Stack(t.Width).Offset);
            return;
        }

        if (t.Destination is MemoryOperand memory)
        {
            var moved = t.Let(t.Load(t.Stack(0), t.Width, forUpdate: false));
            var usesStack = memory.Base is { Class: RegisterClass.General, Number: RegisterNumber.Rsp };
            t.Write(usesStack ? memory with { Displacement = memory.Displacement + t.Width } : memory, moved);
            t.SetRegister64(RegisterNumber.Rsp, t.Stack(t.Width).Offset);
            return;
        }

        var value = t.Load(t.Stack(0), t.Width, forUpdate: false);
        if (t.Destination is RegisterOperand { Register.Number: RegisterNumber.Rsp })
        {
            value = t.Let(value);
            t.SetRegister64(RegisterNumber.Rsp, t.Stack(t.Width).Offset);
            t.Write(t.Destination, value);
            return;
        }

        t.Write(t.Destination, value);
        t.SetRegister64(RegisterNumber.Rsp, t.Stack(t.Width).Offset);
    }

    private static void Leave(Translation t)
    {
        var frame = t.Let(t.Register64(RegisterNumber.Rbp));
        var value = t.Let(t.Load(new MemoryAddress(null, frame, IsStack: true), t.Width, forUpdate: false));
        t.SetRegister64(RegisterNumber.Rsp, frame.Plus(t.Width));
        t.WriteRegister(RegisterNumber.Rbp, t.Width, value);
    }
}
