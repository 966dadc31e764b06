using System.Runtime.InteropServices;
using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>A kernel entry run by both judges side by side, each on its own state from beginning to end.</summary>
/// <remarks>
/// What Unicorn cannot run, C functions among it, is run by EntryGen alone, and its whole state is then given to Unicorn: a stretch between two such
/// places is a straight path, at whose end registers and all memory have to be equal.
/// </remarks>
internal sealed partial class KernelLockstep : IDisposable
{
    private readonly KernelCode _code;
    private readonly KernelEnvironment _environment;
    private readonly Machine _machine;
    private readonly UnicornEngine _unicorn;
    private readonly byte[] _own;
    private readonly ulong[] _registers = new ulong[18];
    private bool _lacksMemory;

    public KernelLockstep(KernelCode code, KernelEnvironment environment)
    {
        _code = code;
        _environment = environment;
        _machine = environment.Machine;
        _own = new byte[_machine.Memory.Size];
        var frames = new SortedDictionary<ulong, ulong>();
        foreach (var range in environment.Mappings)
        {
            for (var page = 0UL; page < (ulong)range.Pages; page++)
            {
                frames.TryAdd(range.Start.Value + (page << 12), range.Frame.Value + (page << 12));
            }
        }

        _unicorn = new UnicornEngine(_machine.Memory.Size, frames.Keys.ToHashSet());
        MapRuns([.. frames.Select(entry => (entry.Key, entry.Value))]);
        _unicorn.WriteMsr(MsrIndices.Efer, _machine[Reg.Efer]);
        _unicorn.Save();
    }

    // Neighbours together: every mapping costs.
    private void MapRuns(List<(ulong Page, ulong Frame)> pages)
    {
        for (var first = 0; first < pages.Count;)
        {
            var count = 1;
            while (first + count < pages.Count && pages[first + count] == (pages[first].Page + ((ulong)count << 12), pages[first].Frame + ((ulong)count << 12)))
            {
                count++;
            }

            _unicorn.MapPage(pages[first].Page, pages[first].Frame, count);
            first += count;
        }
    }

    /// <summary>Instructions that both ran.</summary>
    public int Compared { get; private set; }

    /// <summary>Instructions that EntryGen ran alone.</summary>
    public int Alone { get; private set; }

    /// <summary>Stretches at whose end everything was compared.</summary>
    public int StraightPaths { get; private set; }

    /// <summary>Addresses of the instructions that both ran.</summary>
    public HashSet<ulong> Covered { get; } = [];

    public void Dispose() => _unicorn.Dispose();

    /// <summary>Runs an entry to its end.</summary>
    /// <returns>What differs, or null.</returns>
    public string? Run(string symbol, StartState start)
    {
        _environment.Reset();
        WriteCode();
        ClearNoExecute(_environment.KernelCr3 & PageTableBits.AddressMask, 4);
        ClearNoExecute(_environment.UserCr3 & PageTableBits.AddressMask, 4);
        var activation = _environment.Start(symbol, start);
        GiveState();
        var isSame = true;
        while (!activation.HasReturned)
        {
            var address = _machine[Reg.Rip];
            var cpu = _machine.Cpu;
            if (_code.At(address, _machine.Features) is not { } code || !Judges(code.Instruction))
            {
                if (isSame && Compare() is { } difference)
                {
                    return $"before {_code.Unit.Locate(address)}: {difference}";
                }

                var alone = _machine.Step(_code.Unit);
                Alone++;
                isSame = false;
                if (alone.Kind is not (StopKind.None or StopKind.Left))
                {
                    return alone.Kind == StopKind.NoReturn ? null : $"{_code.Unit.Locate(address)} stops by {alone}";
                }

                continue;
            }

            if (!isSame)
            {
                GiveState();
                isSame = true;
            }

            if (Step(ref cpu, code.Instruction, code.Bytes) is { } found)
            {
                return $"{_code.Unit.Locate(code.Instruction.Address)} '{code.Instruction}': {found}";
            }

            if (_lacksMemory)
            {
                return $"{_code.Unit.Locate(code.Instruction.Address)} '{code.Instruction}' accesses what is not mapped";
            }
        }

        return isSame ? Compare() : null;
    }

    // One instruction on both, and everything but memory compared after it.
    private string? Step(ref Cpu cpu, Instruction instruction, byte[] bytes)
    {
        var count = (int)_machine[Reg.Rcx] & 0xff;
        var own = _code.Unit.Step(ref cpu);
        var theirs = _unicorn.Step(instruction.Address);
        _unicorn.ReadBatch(_registers);
        if (theirs.Error is UnicornError.ReadUnmapped or UnicornError.WriteUnmapped)
        {
            // It gave up before it looked at the page tables: nothing is judged.
            _lacksMemory = true;
            return null;
        }

        if ((own.Kind == StopKind.Fault ? own.Vector : (byte?)null) != theirs.Vector || theirs.Error is not (UnicornError.Ok or UnicornError.InvalidInstruction))
        {
            return $"ends by {own}, not by {theirs}";
        }

        Compared++;
        Covered.Add(instruction.Address);
        if (own.Kind == StopKind.Fault)
        {
            // From here on EntryGen delivers, through tables that Unicorn would leave to a hook.
            var delivered = _machine.Deliver(own);
            GiveState();
            return delivered.Kind == StopKind.None ? null : delivered.ToString();
        }

        var end = instruction.Address + (ulong)bytes.Length;
        var next = instruction.Next?.Address ?? instruction.Address + GnuImage.SlotSize;
        if (instruction.Info.ControlFlow == ControlFlow.Call)
        {
            ReplaceReturnAddress(end, next);
        }

        var rip = _registers[UnicornEngine.RipIndex] == end ? next : _registers[UnicornEngine.RipIndex];
        if (_machine[Reg.Rip] != rip)
        {
            return $"RIP is {_machine[Reg.Rip]:x}, not {rip:x}";
        }

        for (var register = Reg.Rax; register <= Reg.R15; register++)
        {
            if (_machine[register] != _registers[(int)register])
            {
                return $"{register} is {_machine[register]:x}, not {_registers[(int)register]:x}";
            }
        }

        return CompareFlags(UndefinedFlags.After(instruction.Info, instruction.Width, instruction.Operands is [ImmediateOperand immediate, ..] ? (int)immediate.Value : count));
    }

    // What is undefined is made the same: it may be pushed.
    private string? CompareFlags(StatusFlags undefined)
    {
        var flags = _machine[Reg.Rflags];
        var difference = (flags ^ _registers[UnicornEngine.FlagsIndex]) & ~(ulong)undefined & ~Flags.RF;
        if (difference == 0 && flags != _registers[UnicornEngine.FlagsIndex])
        {
            _unicorn[UnicornRegister.Eflags] = flags;
        }

        return difference == 0 ? null : $"RFLAGS is {flags:x}, not {_registers[UnicornEngine.FlagsIndex]:x}";
    }

    // A call pushed the address behind its bytes; EntryGen's next instruction has one of its own.
    private void ReplaceReturnAddress(ulong pushed, ulong own)
    {
        var place = FrameOf(_registers[(int)Reg.Rsp]);
        if (MemoryMarshal.Read<ulong>(_unicorn.Ram[place..]) == pushed)
        {
            MemoryMarshal.Write(_unicorn.Ram[place..], own);
        }
    }

    // Everything, at the end of a straight path.
    private string? Compare()
    {
        StraightPaths++;
        foreach (var (own, theirs) in _system)
        {
            if (_machine[own] != theirs(_unicorn))
            {
                return $"{own} is {_machine[own]:x}, not {theirs(_unicorn):x}";
            }
        }

        _machine.Memory.Read(0, _own);
        var memory = _unicorn.Ram;
        for (var at = _own.AsSpan().CommonPrefixLength(memory); at < _own.Length; at += 8 + _own.AsSpan(at + 8).CommonPrefixLength(memory[(at + 8)..]))
        {
            at &= ~7;
            var (own, theirs) = (MemoryMarshal.Read<ulong>(_own.AsSpan(at)), MemoryMarshal.Read<ulong>(memory[at..]));

            // When a walk marks an entry as used is the judges' own affair: both may read ahead.
            if ((own ^ theirs) is not (0 or PageTableBits.Accessed or PageTableBits.Dirty or (PageTableBits.Accessed | PageTableBits.Dirty)))
            {
                return $"memory at frame address {at:x} is {own:x}, not {theirs:x}";
            }
        }

        return null;
    }

    private void GiveState()
    {
        // A fault that a hook took instead of the guest would make the next one a double fault.
        _unicorn.Restore();
        _machine.Memory.Read(0, _unicorn.Ram);
        _unicorn[UnicornRegister.Cr0] = _machine[Reg.Cr0];
        _unicorn[UnicornRegister.Cr4] = _machine[Reg.Cr4];
        _unicorn[UnicornRegister.Cr3] = _machine[Reg.Cr3];
        _unicorn.WriteTable(UnicornRegister.Gdtr, _machine[Reg.GdtBase], (uint)_machine[Reg.GdtLimit]);
        _unicorn.WriteTable(UnicornRegister.Ldtr, _environment.Layout.Ldt.Value, limit: 7, (ushort)_machine[Reg.LdtrSelector]);
        _unicorn[UnicornRegister.Cs] = _machine[Reg.Cs];
        _unicorn[UnicornRegister.Ss] = _machine[Reg.Ss];
        _unicorn[UnicornRegister.Ds] = _machine[Reg.Ds];
        _unicorn[UnicornRegister.Es] = _machine[Reg.Es];
        _unicorn[UnicornRegister.FsBase] = _machine[Reg.FsBase];
        _unicorn[UnicornRegister.GsBase] = _machine[Reg.GsBase];
        _unicorn.WriteMsr(MsrIndices.KernelGsBase, _machine[Reg.KernelGsBase]);
        for (var register = Reg.Rax; register <= Reg.R15; register++)
        {
            _registers[(int)register] = _machine[register];
        }

        _registers[UnicornEngine.FlagsIndex] = _machine[Reg.Rflags];
        _unicorn.WriteBatch(_registers);
    }

    private static readonly (Reg Own, Func<UnicornEngine, ulong> Theirs)[] _system =
    [
        (Reg.Cr0, unicorn => unicorn[UnicornRegister.Cr0]), (Reg.Cr3, unicorn => unicorn[UnicornRegister.Cr3]), (Reg.FsBase, unicorn => unicorn[UnicornRegister.FsBase]),
        (Reg.GsBase, unicorn => unicorn[UnicornRegister.GsBase]), (Reg.KernelGsBase, unicorn => unicorn.ReadMsr(MsrIndices.KernelGsBase)),
        (Reg.Cs, unicorn => unicorn[UnicornRegister.Cs]), (Reg.Ss, unicorn => unicorn[UnicornRegister.Ss]),
    ];

    // The guest's memory has the code where the layout put it.
    private void WriteCode()
    {
        foreach (var (address, bytes) in _code.All)
        {
            _machine.Memory.Write((ulong)FrameOf(address), bytes);
        }
    }

    // Unicorn's processor has no EFER.NXE: bit 63 would be reserved to it.
    private void ClearNoExecute(ulong table, int level)
    {
        for (var slot = table; slot < table + 4096; slot += 8)
        {
            var entry = _machine.Memory.Read<ulong>(slot);
            if ((entry & PageTableBits.Present) == 0)
            {
                continue;
            }

            if ((entry & PageTableBits.NoExecute) != 0)
            {
                _machine.Memory.Write(slot, entry & ~PageTableBits.NoExecute);
            }

            if (level > 1 && (entry & PageTableBits.PageSize) == 0)
            {
                ClearNoExecute(entry & PageTableBits.AddressMask, level - 1);
            }
        }
    }

    private int FrameOf(ulong address)
    {
        foreach (var range in _environment.Mappings)
        {
            if (address - range.Start.Value < (ulong)range.Pages << 12)
            {
                return (int)(range.Frame.Value + (address - range.Start.Value));
            }
        }

        throw new InvalidOperationException($"Nothing is mapped at {address:x}.");
    }

    /// <summary>Whether Unicorn runs an instruction too.</summary>
    public static bool Judges(Instruction instruction) => InstructionJudge.Of(instruction.Info.Op).IsUnicorn
        || (instruction.Info.Op == Op.MovToControl && instruction.Operands[1] is RegisterOperand { Register.Number: 3 });
}
