using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>Straight paths that begin anywhere.</summary>
internal sealed partial class KernelLockstep
{
    private const int LongestPath = 256, StackBytes = 0x180;

    private MachineSnapshot? _ready;

    /// <summary>Runs from an address, in the kernel, with random registers, to where Unicorn cannot go on.</summary>
    /// <param name="address">An instruction.</param>
    /// <param name="random">Chooses the registers and what lies on the stack.</param>
    /// <returns>What differs, or null.</returns>
    public string? RunFrom(ulong address, Random random)
    {
        Prepare();
        _lacksMemory = false;
        Randomize(random);
        _machine[Reg.Rip] = address;
        GiveState();
        for (var count = 0; count < LongestPath; count++)
        {
            if (_code.At(_machine[Reg.Rip], _machine.Features) is not { } code || !Judges(code.Instruction) || code.Instruction.Info.Op == Op.Hlt)
            {
                break;
            }

            GiveWhatLeadsOn(code.Instruction);
            var cpu = _machine.Cpu;
            if (Step(ref cpu, code.Instruction, code.Bytes) is { } found)
            {
                return $"{_code.Unit.Locate(code.Instruction.Address)} '{code.Instruction}': {found}";
            }

            if (_lacksMemory)
            {
                return null;
            }
        }

        return Compare();
    }

    private void Prepare()
    {
        if (_ready is null)
        {
            _environment.Reset();
            WriteCode();
            ClearNoExecute(_environment.KernelCr3 & PageTableBits.AddressMask, 4);
            ClearNoExecute(_environment.UserCr3 & PageTableBits.AddressMask, 4);
            _machine[Reg.Cs] = Selectors.KernelCode;
            _machine[Reg.Ss] = Selectors.KernelData;
            _machine[Reg.Cr3] = _environment.KernelCr3;
            (_machine[Reg.GsBase], _machine[Reg.KernelGsBase]) = (_environment.Layout.PerCpuBase.Value, _environment.UserGsBase);
            _ready = _machine.Snapshot();
        }

        _machine.Restore(_ready);
    }

    // Pointers lead to the stack or the per-CPU variables, else most accesses would only fault.
    private void Randomize(Random random)
    {
        var stack = _environment.Layout.ThreadStack.Value + (KernelLayout.ThreadStackSize / 2);
        for (var register = Reg.Rax; register <= Reg.R15; register++)
        {
            _machine[register] = random.Next(5) switch
            {
                0 => stack + (8 * (ulong)random.Next(StackBytes / 8)),
                1 => _environment.Layout.PerCpuBase.Value + (8 * (ulong)random.Next(64)),
                2 => (ulong)random.Next(16),
                3 => (ulong)random.NextInt64() >> 17,
                _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
            };
        }

        _machine[Reg.Rsp] = stack;
        _machine[Reg.Rflags] = Flags.Reserved1 | ((ulong)random.Next() & Flags.Status);
        for (var word = 0UL; word < StackBytes; word += 8)
        {
            // Nothing that could be popped into RFLAGS sets TF or AC; as an address it is canonical.
            _machine.Poke(stack + word, random.Next(2) == 0 ? 0UL : ((ulong)random.Next() << 16) & ~(Flags.TF | Flags.AC | Flags.NT));
        }
    }

    // A value of CR3 that leads nowhere would end the comparison; a target that is no code too, because Unicorn faults before it counts the branch.
    private void GiveWhatLeadsOn(Instruction instruction)
    {
        var somewhere = _code.Instructions.First().Address;
        if (instruction.Info.Op == Op.MovToControl)
        {
            _machine[RegisterOf(instruction.Operands[0])] = _environment.KernelCr3;
        }
        else if (instruction.Info.Op == Op.Ret && _code.At(_machine.Peek<ulong>(_machine[Reg.Rsp]), _machine.Features) is null)
        {
            _machine.Poke(_machine[Reg.Rsp], somewhere);
        }
        else if (instruction.Operands is [IndirectOperand { Target: RegisterOperand target }] && _code.At(_machine[RegisterOf(target)], _machine.Features) is null)
        {
            _machine[RegisterOf(target)] = somewhere;
        }
        else
        {
            return;
        }

        GiveState();

        static Reg RegisterOf(Operand operand) => (Reg)((RegisterOperand)operand).Register.Number;
    }
}
