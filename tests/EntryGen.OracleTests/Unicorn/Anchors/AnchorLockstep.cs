using System.Runtime.InteropServices;
using EntryGen.Emulation;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>One path run by both judges side by side: EntryGen on what it read, Unicorn on the bytes that ld placed.</summary>
/// <remarks>
/// Code lies at different addresses. Wherever one judge has the address of an instruction, the other must have that of the same one: which belong together shows when they
/// run, and must never change.
/// </remarks>
internal sealed class AnchorLockstep : IDisposable
{
    private readonly AnchorCode _code;
    private readonly Machine _machine;
    private readonly UnicornEngine _unicorn;
    private readonly Dictionary<ulong, ulong> _theirs = [], _own = [];
    private readonly ulong[] _registers = new ulong[18];
    private readonly byte[] _memory = new byte[AnchorGuest.MemorySize];

    public AnchorLockstep(AnchorCode code, AnchorGuest guest)
    {
        _code = code;
        _machine = guest.Machine;
        _unicorn = new UnicornEngine(AnchorGuest.MemorySize);
        _unicorn.MapPage(AnchorGuest.Base, 0, AnchorGuest.OwnFrames / PhysicalMemory.PageSize);
        _machine.Memory.Read(0, _unicorn.Ram);
        _unicorn.WriteMsr(MsrIndices.Efer, _machine[Reg.Efer]);
        _unicorn.WriteTable(UnicornRegister.Gdtr, _machine[Reg.GdtBase], (uint)_machine[Reg.GdtLimit]);

        // It has no PCID: the low bits of CR3 mean nothing to it.
        _unicorn[UnicornRegister.Cr4] = _machine[Reg.Cr4] & ~Cr4Bits.PCIDE;
        _unicorn[UnicornRegister.Cr3] = _machine[Reg.Cr3];
        _unicorn[UnicornRegister.Cr0] = _machine[Reg.Cr0];
        _unicorn[UnicornRegister.GsBase] = _machine[Reg.GsBase];
        _unicorn.WriteMsr(MsrIndices.KernelGsBase, _machine[Reg.KernelGsBase]);
        for (var register = Reg.Rax; register <= Reg.R15; register++)
        {
            _registers[(int)register] = _machine[register];
        }

        _registers[UnicornEngine.FlagsIndex] = _machine[Reg.Rflags];
        _registers[UnicornEngine.RipIndex] = code.Symbols[code.Unit.Locate(_machine[Reg.Rip])!.Value.Symbol];
        _unicorn.WriteBatch(_registers);
    }

    /// <summary>Instructions that both ran.</summary>
    public int Compared { get; private set; }

    public void Dispose() => _unicorn.Dispose();

    /// <summary>Runs up to the instruction that stops EntryGen.</summary>
    /// <param name="stop">Why it stopped.</param>
    /// <returns>What differs, or null: everything is the same at the end.</returns>
    public string? Run(out Stop stop)
    {
        for (; ; )
        {
            var (own, theirs) = (_machine[Reg.Rip], _registers[UnicornEngine.RipIndex]);
            if (!AreSame(own, theirs))
            {
                stop = default;
                return $"{_code.Unit.Locate(own)} is at {theirs:x}, not at {_theirs.GetValueOrDefault(own):x}";
            }

            var count = (int)_machine[Reg.Rcx];
            stop = _machine.Step(_code.Unit);
            if (stop.Kind != StopKind.None)
            {
                return Compare();
            }

            if ((Step(theirs) ?? CompareRegisters(_code.Unit.UndefinedFlags.GetValueOrDefault(own)?.After(count) ?? 0)) is { } difference)
            {
                return $"{_code.Unit.Locate(own)} '{_code.Unit.Instructions[own].Text}': {difference}";
            }

            Compared++;
        }
    }

    private string? Step(ulong address)
    {
        if (TakeSwitchWithoutFlush(address))
        {
            return null;
        }

        var stop = _unicorn.Step(address);
        _unicorn.ReadBatch(_registers);
        return stop is { Vector: null, Error: UnicornError.Ok } ? null : $"Unicorn stops by {stop}";
    }

    // MOV to CR3 with bit 63 set, which would be an address bit to a processor without PCID: done on its behalf.
    private bool TakeSwitchWithoutFlush(ulong address)
    {
        var code = _unicorn.Ram[(int)(address - AnchorGuest.Base)..];
        var rex = code[0] == 0x41 ? 1 : 0;
        if (code[rex] != 0x0f || code[rex + 1] != 0x22 || (code[rex + 2] & 0xf8) != 0xd8 || (long)_registers[(code[rex + 2] & 7) + (8 * rex)] >= 0)
        {
            return false;
        }

        _unicorn[UnicornRegister.Cr3] = _registers[(code[rex + 2] & 7) + (8 * rex)] & ~Cr3Bits.NoFlush;
        _registers[UnicornEngine.RipIndex] = address + (ulong)rex + 3;
        return true;
    }

    private string? CompareRegisters(ulong undefinedFlags)
    {
        for (var register = Reg.Rax; register <= Reg.R15; register++)
        {
            if (!AreSame(_machine[register], _registers[(int)register]))
            {
                return $"{register} is {_machine[register]:x}, not {_registers[(int)register]:x}";
            }
        }

        var flags = _machine[Reg.Rflags];
        if (((flags ^ _registers[UnicornEngine.FlagsIndex]) & ~undefinedFlags & ~Flags.RF) != 0)
        {
            return $"RFLAGS is {flags:x}, not {_registers[UnicornEngine.FlagsIndex]:x}";
        }

        // What is undefined is made the same: it may be pushed.
        _unicorn[UnicornRegister.Eflags] = flags;
        return null;
    }

    // Everything: the registers were compared after the last instruction.
    private string? Compare()
    {
        (string Name, ulong Own, ulong Theirs)[] system =
        [
            ("CR0", _machine[Reg.Cr0], _unicorn[UnicornRegister.Cr0]), ("CR3", _machine[Reg.Cr3], _unicorn[UnicornRegister.Cr3]),
            ("GS base", _machine[Reg.GsBase], _unicorn[UnicornRegister.GsBase]), ("KERNEL_GS_BASE", _machine[Reg.KernelGsBase], _unicorn.ReadMsr(MsrIndices.KernelGsBase)),
            ("CS", _machine[Reg.Cs], _unicorn[UnicornRegister.Cs]), ("SS", _machine[Reg.Ss], _unicorn[UnicornRegister.Ss]),
        ];
        foreach (var (name, own, theirs) in system)
        {
            if (own != theirs)
            {
                return $"at the end {name} is {own:x}, not {theirs:x}";
            }
        }

        _machine.Memory.Read(0, _memory);
        var ownWords = MemoryMarshal.Cast<byte, ulong>(_memory);
        var theirWords = MemoryMarshal.Cast<byte, ulong>(_unicorn.Ram);
        for (var i = 0; i < ownWords.Length; i++)
        {
            if (!AreSame(ownWords[i], theirWords[i]))
            {
                return $"at the end memory at {i * 8:x} is {ownWords[i]:x}, not {theirWords[i]:x}";
            }
        }

        return null;
    }

    private bool AreSame(ulong own, ulong theirs)
    {
        if (!_code.Unit.Instructions.ContainsKey(own))
        {
            return own == theirs;
        }

        return _theirs.TryAdd(own, theirs) ? _own.TryAdd(theirs, own) : _theirs[own] == theirs;
    }
}
