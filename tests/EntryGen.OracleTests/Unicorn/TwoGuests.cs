using System.Runtime.InteropServices;
using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.Emulation;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>One guest twice: as the generated emulator and as Unicorn, in the same state but while an instruction runs.</summary>
internal sealed class TwoGuests : IDisposable
{
    private readonly FormCode _code;
    private readonly byte[] _own = new byte[Arena.ComparedSize];
    private readonly ulong[] _registers = new ulong[18];
    private readonly ulong[] _beforeSystem;
    private bool _isSystemChanged;

    public TwoGuests(FormCode code)
    {
        _code = code;
        Machine = new Machine(FeatureSet.None, Arena.RamSize);
        var root = Arena.Build(Machine.Memory, code.Image.Bytes.Length);
        Machine.Memory.Write(Arena.CodeFrame, code.Image.Bytes);
        Unicorn = new UnicornEngine(Arena.RamSize);
        Machine.Memory.Read(0, Unicorn.Ram);
        foreach (var (page, frame, pages, _) in Arena.Pages)
        {
            Unicorn.MapPage(page, frame, pages);
        }

        // Where there is no RAM at a linear address Unicorn ends without looking at the page tables.
        foreach (var page in Arena.Gaps)
        {
            Unicorn.MapPage(page, 0);
        }

        Unicorn.MapPage(GnuImage.Start, Arena.CodeFrame, Arena.PagesOf(code.Image.Bytes.Length));
        SetSystemRegisters(root);
        _beforeSystem = SystemRegisters();
        Unicorn.Save();
    }

    /// <summary>The generated emulator's machine.</summary>
    public Machine Machine { get; }

    /// <summary>Unicorn.</summary>
    public UnicornEngine Unicorn { get; }

    public void Dispose() => Unicorn.Dispose();

    /// <summary>Runs one instruction on both from a state.</summary>
    /// <param name="slot">Which one.</param>
    /// <param name="state">The state.</param>
    /// <param name="isSystem">Whether it may change system registers, which are then put back and compared.</param>
    /// <returns>What differs, or null.</returns>
    public Difference? Run(int slot, GuestState state, bool isSystem)
    {
        var address = GnuImage.AddressOf(slot);
        Unicorn.Restore();
        if (_isSystemChanged)
        {
            for (var i = 0; i < _system.Length; i++)
            {
                Machine[_system[i].Own] = _beforeSystem[i];
            }
        }

        _isSystemChanged = isSystem;

        foreach (var (frame, value) in state.Memory)
        {
            Machine.Memory.Write(frame, value);
            BitConverter.TryWriteBytes(Unicorn.Ram[(int)frame..], value);
        }

        var cpu = Machine.Cpu;
        state.Registers.AsSpan(0, 16).CopyTo(MemoryMarshal.CreateSpan(ref cpu.RegisterFile, 16));
        Machine[Reg.Rflags] = state.Flags;
        Machine[Reg.Rip] = address;
        Machine[Reg.EventState] = 0;
        Machine.Budget = 10;
        Unicorn.WriteBatch(state.Registers);

        var own = _code.Unit.Step(ref cpu);
        var theirs = Unicorn.Step(address);
        Unicorn.ReadBatch(_registers);
        if (theirs == default && _registers[UnicornEngine.RipIndex] == address && Machine[Reg.Rip] != address && IsRepeated(_code.Instructions[slot]))
        {
            // Unicorn looks at the count once more before it goes on.
            theirs = Unicorn.Step(address);
            Unicorn.ReadBatch(_registers);
        }

        var difference = Compare(slot, state, own, theirs, isSystem);
        if (!Unicorn.Ram.Slice(Arena.FirstFrame, Arena.ComparedSize).SequenceEqual(OwnMemory()))
        {
            OwnMemory().CopyTo(Unicorn.Ram[Arena.FirstFrame..]);
        }

        return difference;
    }

    private Difference? Compare(int slot, GuestState state, Stop own, UnicornStop theirs, bool isSystem)
    {
        var vector = own.Kind == StopKind.Fault ? own.Vector : (byte?)null;
        if (own.Kind is not (StopKind.None or StopKind.Halted or StopKind.Fault))
        {
            return new Difference(DifferenceKind.Stop, $"stops by {own}", own, theirs);
        }

        if (theirs.Error is UnicornError.ReadUnmapped or UnicornError.WriteUnmapped or UnicornError.FetchUnmapped
            && vector is Vectors.StackFault or Vectors.GeneralProtection or Vectors.PageFault)
        {
            // An address that is not canonical, or far from all that is mapped: which of the two it cannot say.
            return (CompareRegisters(0, StatusFlags.None, address => address) ?? CompareMemory(0, 0)) is { } changed ? changed with { Own = own, Theirs = theirs } : null;
        }

        if (vector is null && theirs.Vector is { } fetch && Machine[Reg.Rip] == _registers[UnicornEngine.RipIndex] && FetchFaults(fetch))
        {
            // Control went where nothing can be fetched, and Unicorn has tried.
            theirs = default;
        }

        if (vector != theirs.Vector || theirs.Error is not (UnicornError.Ok or UnicornError.InvalidInstruction))
        {
            return new Difference(DifferenceKind.Stop, $"ends by {own}, not by {theirs}", own, theirs);
        }

        var difference = vector is not null
            ? CompareRegisters(0, StatusFlags.None, address => address)
                ?? (vector == Vectors.PageFault && own.Address != Unicorn[UnicornRegister.Cr2]
                    ? new Difference(DifferenceKind.FaultAddress, $"faults at {own.Address:x}, not at {Unicorn[UnicornRegister.Cr2]:x}") : null)
                ?? CompareMemory(0, 0)
            : CompareRetired(slot, state, isSystem);
        return difference is null ? null : difference with { Own = own, Theirs = theirs };
    }

    private bool FetchFaults(byte vector)
    {
        var cpu = Machine.Cpu;
        return !cpu.FetchInstruction(cpu.Rip) && cpu.Fault().Vector == vector;
    }

    private Difference? CompareRetired(int slot, GuestState state, bool isSystem)
    {
        var instruction = _code.Instructions[slot];
        var count = CountOf(instruction, state);
        var undefinedRegisters = UndefinedRegisters(instruction, state, count);
        var isUndefinedInMemory = UndefinedFlags.IsResultUndefined(instruction.Info.Op, instruction.Width, count) && instruction.Operands[^1] is MemoryOperand;
        var next = GnuImage.AddressOf(slot) + _code.Image.Lengths[slot];
        return CompareRegisters(undefinedRegisters, UndefinedFlags.After(instruction.Info, instruction.Width, count), address => address == next ? GnuImage.AddressOf(slot + 1) : address)
            ?? (isUndefinedInMemory ? null : CompareMemory(instruction.Info.ControlFlow == ControlFlow.Call ? next : 0, GnuImage.AddressOf(slot + 1)))
            ?? (isSystem ? CompareSystemRegisters() : null);
    }

    private Difference? CompareRegisters(int undefined, StatusFlags undefinedFlags, Func<ulong, ulong> ownAddress)
    {
        for (var number = 0; number < 16; number++)
        {
            if (Machine[(Reg)number] != _registers[number] && (undefined >> number & 1) == 0)
            {
                return new Difference(DifferenceKind.Register, $"{(Reg)number} is {Machine[(Reg)number]:x}, not {_registers[number]:x}");
            }
        }

        var flags = (Machine[Reg.Rflags] ^ _registers[UnicornEngine.FlagsIndex]) & ~(ulong)undefinedFlags & ~Flags.RF;
        if (flags != 0)
        {
            return new Difference(DifferenceKind.Flags, $"RFLAGS is {Machine[Reg.Rflags]:x}, not {_registers[UnicornEngine.FlagsIndex]:x}; differing bits {flags:x}");
        }

        var rip = ownAddress(_registers[UnicornEngine.RipIndex]);
        return Machine[Reg.Rip] == rip ? null : new Difference(DifferenceKind.Rip, $"RIP is {Machine[Reg.Rip]:x}, not {rip:x}");
    }

    // A call pushes the address after it, which lies behind the slot for one judge and behind the bytes for the other.
    private Difference? CompareMemory(ulong pushedAddress, ulong ownPushedAddress)
    {
        var theirs = Unicorn.Ram.Slice(Arena.FirstFrame, Arena.ComparedSize);
        if (pushedAddress != 0 && Arena.FrameOf(Machine[Reg.Rsp]) is { } frame && Machine.Memory.Read<ulong>(frame) == ownPushedAddress)
        {
            Machine.Memory.Write(frame, pushedAddress);
        }

        var own = OwnMemory();
        if (own.SequenceEqual(theirs))
        {
            return null;
        }

        var at = own.CommonPrefixLength(theirs);
        return new Difference(
            DifferenceKind.Memory,
            $"memory at frame address {Arena.FirstFrame + at:x} is {Convert.ToHexString(own[at..Math.Min(at + 8, own.Length)])}, not {Convert.ToHexString(theirs[at..Math.Min(at + 8, own.Length)])}");
    }

    private ReadOnlySpan<byte> OwnMemory()
    {
        Machine.Memory.Read(Arena.FirstFrame, _own);
        return _own;
    }

    private static bool IsRepeated(Instruction instruction) => (instruction.Prefixes & (InstructionPrefixes.Repeat | InstructionPrefixes.RepeatNotEqual)) != 0;

    private static int CountOf(Instruction instruction, GuestState state) => !UndefinedFlags.DependOnCount(instruction.Info.Op) ? 0
        : instruction.Operands.Count == 1 ? 1
        : instruction.Operands[0] is ImmediateOperand immediate ? (int)immediate.Value & 0xff
        : (int)state.Registers[1] & 0xff;

    // BSF and BSR of 0 leave their destination undefined, double shifts of 16 bits by more theirs.
    private static int UndefinedRegisters(Instruction instruction, GuestState state, int count)
    {
        if (instruction.Operands.Count == 0 || instruction.Operands[^1] is not RegisterOperand { Register: { Class: RegisterClass.General } destination })
        {
            return 0;
        }

        var isUndefined = instruction.Info.Op is Op.Bsf or Op.Bsr ? SourceIsZero(instruction, state) : UndefinedFlags.IsResultUndefined(instruction.Info.Op, instruction.Width, count);
        return isUndefined ? 1 << destination.Number : 0;
    }

    private static bool SourceIsZero(Instruction instruction, GuestState state)
    {
        var mask = instruction.Width == 8 ? ulong.MaxValue : (1UL << 8 * instruction.Width) - 1;
        return instruction.Operands[0] switch
        {
            RegisterOperand { Register: var register } => (state.Registers[register.Number] & mask) == 0,
            MemoryOperand memory when Arena.FrameOf(StateGenerator.AddressOf(memory, state.Registers)) is { } frame => (state.Memory.LastOrDefault(word => word.Frame == frame).Value & mask) == 0,
            _ => true,
        };
    }

    // System registers

    private static readonly (Reg Own, Func<UnicornEngine, ulong> Theirs)[] _system =
    [
        (Reg.Es, unicorn => unicorn[UnicornRegister.Es]), (Reg.Cs, unicorn => unicorn[UnicornRegister.Cs]), (Reg.Ss, unicorn => unicorn[UnicornRegister.Ss]),
        (Reg.Ds, unicorn => unicorn[UnicornRegister.Ds]), (Reg.Fs, unicorn => unicorn[UnicornRegister.Fs]), (Reg.Gs, unicorn => unicorn[UnicornRegister.Gs]),
        (Reg.FsBase, unicorn => unicorn[UnicornRegister.FsBase]), (Reg.GsBase, unicorn => unicorn[UnicornRegister.GsBase]),
        (Reg.KernelGsBase, unicorn => unicorn.ReadMsr(MsrIndices.KernelGsBase)),
        (Reg.Cr0, unicorn => unicorn[UnicornRegister.Cr0]), (Reg.Cr2, unicorn => unicorn[UnicornRegister.Cr2]), (Reg.Cr3, unicorn => unicorn[UnicornRegister.Cr3]),
        (Reg.Cr4, unicorn => unicorn[UnicornRegister.Cr4]), (Reg.Star, unicorn => unicorn.ReadMsr(MsrIndices.Star)),
        (Reg.Lstar, unicorn => unicorn.ReadMsr(MsrIndices.Lstar)), (Reg.Cstar, unicorn => unicorn.ReadMsr(MsrIndices.Cstar)), (Reg.Sfmask, unicorn => unicorn.ReadMsr(MsrIndices.Sfmask)),
        (Reg.SysenterCs, unicorn => unicorn.ReadMsr(MsrIndices.SysenterCs)), (Reg.SysenterEsp, unicorn => unicorn.ReadMsr(MsrIndices.SysenterEsp)),
        (Reg.SysenterEip, unicorn => unicorn.ReadMsr(MsrIndices.SysenterEip)), (Reg.TscAux, unicorn => unicorn.ReadMsr(MsrIndices.TscAux)),
        (Reg.LdtrSelector, unicorn => unicorn.ReadSelector(UnicornRegister.Ldtr)), (Reg.TrSelector, unicorn => unicorn.ReadSelector(UnicornRegister.Tr)),
    ];

    private ulong[] SystemRegisters() => [.. _system.Select(register => Machine[register.Own])];

    private Difference? CompareSystemRegisters()
    {
        foreach (var (own, theirs) in _system)
        {
            if (Machine[own] != theirs(Unicorn))
            {
                return new Difference(DifferenceKind.System, $"{own} is {Machine[own]:x}, not {theirs(Unicorn):x}");
            }
        }

        return null;
    }

    private void SetSystemRegisters(ulong root)
    {
        Machine[Reg.Cr3] = root;
        Machine[Reg.Cr0] = Cr0Bits.PE | Cr0Bits.MP | Cr0Bits.ET | Cr0Bits.NE | Cr0Bits.WP | Cr0Bits.AM | Cr0Bits.PG;
        Machine[Reg.Cr4] = Cr4Bits.PAE | Cr4Bits.PGE | Cr4Bits.FSGSBASE | Cr4Bits.SMEP | Cr4Bits.SMAP | Cr4Bits.OSFXSR | Cr4Bits.OSXMMEXCPT;
        Machine[Reg.Efer] = EferBits.SCE | EferBits.LME | EferBits.LMA | EferBits.NXE;
        Machine[Reg.GdtBase] = Arena.Gdt;
        Machine[Reg.GdtLimit] = Arena.GdtLimit;
        Machine[Reg.Star] = 0x0023_0010_0000_0000;
        Machine[Reg.Lstar] = GnuImage.AddressOf(1);
        Machine[Reg.Cstar] = GnuImage.AddressOf(2);
        Machine[Reg.Sfmask] = 0x47700;
        Machine[Reg.SysenterCs] = 0x10;
        Machine[Reg.SysenterEsp] = Arena.StackTop;
        Machine[Reg.SysenterEip] = GnuImage.AddressOf(3);
        Machine[Reg.TscAux] = 0x1003;
        Machine[Reg.KernelGsBase] = 0x7fff_0000;
        Machine[Reg.GsBase] = Arena.GsBase;
        Machine[Reg.FsBase] = Arena.FsBase;
        Machine[Reg.Cs] = 0x10;
        Machine[Reg.Ss] = 0x18;

        Unicorn.WriteMsr(MsrIndices.Efer, Machine[Reg.Efer]);
        Unicorn[UnicornRegister.Cr4] = Machine[Reg.Cr4];
        Unicorn.WriteTable(UnicornRegister.Gdtr, Arena.Gdt, Arena.GdtLimit);
        Unicorn[UnicornRegister.Cr3] = root;
        Unicorn[UnicornRegister.Cr0] = Machine[Reg.Cr0];
        Unicorn[UnicornRegister.Cs] = 0x10;
        Unicorn[UnicornRegister.Ss] = 0x18;
        Unicorn.WriteMsr(MsrIndices.Star, Machine[Reg.Star]);
        Unicorn.WriteMsr(MsrIndices.Lstar, Machine[Reg.Lstar]);
        Unicorn.WriteMsr(MsrIndices.Cstar, Machine[Reg.Cstar]);
        Unicorn.WriteMsr(MsrIndices.Sfmask, Machine[Reg.Sfmask]);
        Unicorn.WriteMsr(MsrIndices.SysenterCs, Machine[Reg.SysenterCs]);
        Unicorn.WriteMsr(MsrIndices.SysenterEsp, Machine[Reg.SysenterEsp]);
        Unicorn.WriteMsr(MsrIndices.SysenterEip, Machine[Reg.SysenterEip]);
        Unicorn.WriteMsr(MsrIndices.TscAux, Machine[Reg.TscAux]);
        Unicorn.WriteMsr(MsrIndices.KernelGsBase, Machine[Reg.KernelGsBase]);
        Unicorn[UnicornRegister.GsBase] = Arena.GsBase;
        Unicorn[UnicornRegister.FsBase] = Arena.FsBase;
    }
}

/// <summary>Numbers of the model-specific registers that both judges have (SDM vol. 4).</summary>
internal static class MsrIndices
{
    public const uint SysenterCs = 0x174, SysenterEsp = 0x175, SysenterEip = 0x176;
    public const uint Efer = 0xC0000080, Star = 0xC0000081, Lstar = 0xC0000082, Cstar = 0xC0000083, Sfmask = 0xC0000084;
    public const uint FsBase = 0xC0000100, GsBase = 0xC0000101, KernelGsBase = 0xC0000102, TscAux = 0xC0000103;
}
