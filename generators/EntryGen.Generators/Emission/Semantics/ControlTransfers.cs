using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>Jumps, calls, returns, traps.</summary>
internal static class ControlTransfers
{
    private const int InvalidOpcode = 6;
    private const int Breakpoint = 3;
    private const int GeneralProtection = 13;
    private const int AllRegisters = 0xFFFF;

    // IRET pops everything it needs through RSP; SYSRET takes RIP from RCX and RFLAGS from R11.
    private static readonly MachineEffects IretEffects = new(1 << RegisterNumber.Rsp, 1 << RegisterNumber.Rsp, ReadsFlags: true, WritesFlags: true, ReplacesStatusFlags: true);
    private static readonly MachineEffects SysretEffects = new(1 << RegisterNumber.Rcx | 1 << RegisterNumber.R11, 0, ReadsFlags: true, WritesFlags: true, ReplacesStatusFlags: true);
    private static readonly MachineEffects Everything = new(AllRegisters, AllRegisters, ReadsFlags: true, WritesFlags: true);

    public static void AddTo(Dictionary<Op, Semantic> table)
    {
        table.Add(Op.Jmp, Jump);
        table.Add(Op.Jcc, t => t.JumpIf(t.TestCondition(t.Instruction.Condition!.Value), t.Instruction.Target!));
        table.Add(Op.Jrcxz, t => t.JumpIf($"{t.ReadRegister(RegisterNumber.Rcx, t.Instruction.Mnemonic == "jecxz" ? 4 : 8)} == 0", t.Instruction.Target!));
        table.Add(Op.Loop, Loop);
        table.Add(Op.Call, Call);
        table.Add(Op.Ret, Return);
        table.Add(Op.Iret, t => MachineTransfer(t, t.Width == 8 ? "cpu.Iretq()" : $"cpu.Iret({t.Width})", IretEffects));
        table.Add(Op.Sysret, t => MachineTransfer(t, $"cpu.Sysret({t.Width})", SysretEffects));
        table.AddForStep(Op.Sysexit, t => MachineTransfer(t, $"cpu.Sysexit({t.Width})", Everything));
        table.AddForStep(Op.FarJmp, t => FarTransfer(t, (offset, selector) => $"cpu.FarJump({selector}, {offset})"));
        table.AddForStep(Op.FarCall, t => FarTransfer(t, (offset, selector) => $"cpu.FarCall({selector}, {offset}, {t.Width}, {Value.Number(t.NextAddress)})"));
        table.AddForStep(Op.FarRet, t => MachineTransfer(t, $"cpu.FarReturn({t.Width}, {Value.Number((ulong)Released(t))})", Everything));
        table.AddForStep(Op.Eretu, t => MachineTransfer(t, "cpu.Eretu()", Everything));
        table.AddForStep(Op.Erets, t => MachineTransfer(t, "cpu.Erets()", Everything));
        table.AddForStep(Op.Syscall, t => MachineTransfer(t, $"cpu.Syscall({Value.Number(t.NextAddress)})", Everything));
        table.AddForStep(Op.Sysenter, t => MachineTransfer(t, $"cpu.Sysenter({Value.Number(t.NextAddress)})", Everything));
        table.AddForStep(Op.Int, t => MachineTransfer(t, $"cpu.SoftwareInterrupt((byte){((ImmediateOperand)t.Source).Value & 0xff}, {Value.Number(t.NextAddress)})", Everything));
        table.AddForStep(Op.Int3, t => MachineTransfer(t, $"cpu.SoftwareInterrupt((byte){Breakpoint}, {Value.Number(t.NextAddress)})", Everything));
        table.AddForStep(Op.Ud2, t => t.RaiseIf("true", InvalidOpcode));
        table.AddForStep(Op.Hlt, t => t.Halt());
    }

    private static void MachineTransfer(Translation t, string call, MachineEffects effects)
    {
        t.Machine(call, effects);
        t.ContinueAtRip();
    }

    private static void Jump(Translation t)
    {
        if (t.Source is IndirectOperand indirect)
        {
            t.TrackBranch();
            t.JumpTo(Canonical(t, t.Let(t.Read(indirect.Target, 8))));
        }
        else
        {
            t.Jump(t.Instruction.Target!);
        }
    }

    private static void Call(Translation t)
    {
        var target = default(Value);
        if (t.Source is IndirectOperand indirect)
        {
            t.TrackBranch();
            target = Canonical(t, t.Let(t.Read(indirect.Target, 8)));
        }

        t.Push(Value.Of(t.NextAddress), 8);
        if (t.Source is IndirectOperand)
        {
            t.JumpTo(target);
        }
        else
        {
            t.Jump(t.Instruction.Target!);
        }
    }

    private static void Return(Translation t)
    {
        var target = Canonical(t, t.Let(t.Load(t.Stack(0), t.Width, forUpdate: false)));
        t.SetRegister64(RegisterNumber.Rsp, t.Stack(t.Width + Released(t)).Offset);
        t.JumpTo(target);
    }

    private static long Released(Translation t) => t.Instruction.Operands.Count == 0 ? 0 : ((ImmediateOperand)t.Source).Value & 0xffff;

    // The far pointer in memory: the offset, then the selector.
    private static void FarTransfer(Translation t, Func<Value, Value, string> call)
    {
        var pointer = t.AddressOf((MemoryOperand)((IndirectOperand)t.Source).Target);
        var offset = t.Let(t.Load(pointer, t.Width, forUpdate: false));
        var selector = t.Let(t.Load(pointer.Plus(t.Width), 2, forUpdate: false));
        MachineTransfer(t, call(offset, selector), Everything);
    }

    // Intel's processors fault at the branch, with nothing done; AMD's go there first.
    private static Value Canonical(Translation t, Value target)
    {
        if (target.Width == 8 && target.Constant is null)
        {
            t.RaiseIf($"(ulong)((long)({target} << 16) >> 16) != {target}", GeneralProtection);
        }

        return target;
    }

    // The mnemonic says which value of ZF goes on looping.
    private static void Loop(Translation t)
    {
        var left = t.Let(t.Register64(RegisterNumber.Rcx).Plus(-1));
        t.SetRegister64(RegisterNumber.Rcx, left);
        var zero = t.Instruction.Mnemonic switch
        {
            "loope" or "loopz" => $" && {t.TestCondition(Condition.E)}",
            "loopne" or "loopnz" => $" && {t.TestCondition(Condition.NE)}",
            _ => "",
        };
        t.JumpIf($"{left} != 0{zero}", t.Instruction.Target!);
    }
}
