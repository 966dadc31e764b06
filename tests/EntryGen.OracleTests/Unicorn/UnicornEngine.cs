using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EntryGen.Emulation;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>What ended a run of Unicorn.</summary>
/// <param name="Vector">The exception's vector, or null when the instruction retired.</param>
/// <param name="Error">What uc_emu_start returned.</param>
internal readonly record struct UnicornStop(byte? Vector, UnicornError Error);

/// <summary>One instance of Unicorn in 64-bit mode, with its own RAM.</summary>
/// <remarks>
/// Unicorn 2.0.1 walks the guest's page tables but then looks RAM up by the linear address: pages have to be mapped under both addresses
/// (<see cref="MapPage"/>).
/// </remarks>
internal sealed unsafe class UnicornEngine : IDisposable
{
    private const int EpycRome = 37;
    private const byte InvalidOpcode = 6;

    private static readonly UnicornRegister[] _general =
    [
        UnicornRegister.Rax, UnicornRegister.Rcx, UnicornRegister.Rdx, UnicornRegister.Rbx, UnicornRegister.Rsp, UnicornRegister.Rbp, UnicornRegister.Rsi, UnicornRegister.Rdi,
        UnicornRegister.R8, UnicornRegister.R9, UnicornRegister.R10, UnicornRegister.R11, UnicornRegister.R12, UnicornRegister.R13, UnicornRegister.R14, UnicornRegister.R15,
        UnicornRegister.Eflags, UnicornRegister.Rip,
    ];

    /// <summary>Where <see cref="ReadBatch"/> and <see cref="WriteBatch"/> have RFLAGS; the general registers come first in encoding order.</summary>
    public const int FlagsIndex = 16;

    /// <summary>Where <see cref="ReadBatch"/> has RIP.</summary>
    public const int RipIndex = 17;

    private readonly nint _engine;
    private readonly byte* _ram;
    private readonly int* _ids;
    private readonly ulong* _values;
    private readonly void** _places;
    private nint _context;
    private int _vector;
    private GCHandle _self;

    /// <summary>Opens an engine whose RAM starts at physical address 0.</summary>
    /// <param name="ramSize">Bytes, a multiple of 4096.</param>
    /// <param name="taken">Pages that are wanted for linear addresses; what RAM there is at these physical addresses must hold no page tables.</param>
    public UnicornEngine(int ramSize, IReadOnlySet<ulong>? taken = null)
    {
        RamSize = ramSize;
        Check(UnicornLibrary.Open(UnicornLibrary.ArchitectureX86, UnicornLibrary.Mode64, out _engine));
        Check(UnicornLibrary.Control(_engine, UnicornLibrary.SetCpuModel, EpycRome));
        _ram = (byte*)NativeMemory.AlignedAlloc((nuint)ramSize, 4096);
        new Span<byte>(_ram, ramSize).Clear();
        for (var page = 0; page < ramSize; page += 4096)
        {
            var start = page;
            while (page < ramSize && taken?.Contains((ulong)page) != true)
            {
                page += 4096;
            }

            if (page > start)
            {
                MapPage((ulong)start, (ulong)start, (page - start) / 4096);
            }
        }

        _ids = (int*)NativeMemory.AllocZeroed((nuint)_general.Length, sizeof(int));
        _values = (ulong*)NativeMemory.AllocZeroed((nuint)_general.Length, sizeof(ulong));
        _places = (void**)NativeMemory.AllocZeroed((nuint)_general.Length, (nuint)sizeof(void*));
        for (var i = 0; i < _general.Length; i++)
        {
            _ids[i] = (int)_general[i];
            _places[i] = &_values[i];
        }

        _self = GCHandle.Alloc(this);
        Check(UnicornLibrary.AddHook(_engine, out _, UnicornHook.Interrupt, &OnInterrupt, GCHandle.ToIntPtr(_self), 1, 0));
    }

    /// <summary>Bytes of RAM.</summary>
    public int RamSize { get; }

    /// <summary>The RAM.</summary>
    public Span<byte> Ram => new(_ram, RamSize);

    /// <summary>A register.</summary>
    public ulong this[UnicornRegister register]
    {
        get
        {
            ulong value = 0;
            Check(UnicornLibrary.ReadRegister(_engine, (int)register, &value));
            return value;
        }
        set => Check(UnicornLibrary.WriteRegister(_engine, (int)register, &value));
    }

    /// <summary>Makes RAM answer at a linear address too.</summary>
    /// <param name="page">The linear address, a multiple of 4096.</param>
    /// <param name="frame">The physical address.</param>
    /// <param name="pages">How many pages.</param>
    public void MapPage(ulong page, ulong frame, int pages = 1) =>
        Check(UnicornLibrary.Map(_engine, page, (nuint)pages * 4096, UnicornLibrary.ProtectionAll, _ram + frame));

    /// <summary>Reads a model-specific register.</summary>
    public ulong ReadMsr(uint index)
    {
        var msr = new Msr { Index = index };
        Check(UnicornLibrary.ReadRegister(_engine, (int)UnicornRegister.Msr, &msr));
        return msr.Value;
    }

    /// <summary>Writes a model-specific register.</summary>
    public void WriteMsr(uint index, ulong value)
    {
        var msr = new Msr { Index = index, Value = value };
        Check(UnicornLibrary.WriteRegister(_engine, (int)UnicornRegister.Msr, &msr));
    }

    /// <summary>Sets a descriptor-table register.</summary>
    public void WriteTable(UnicornRegister table, ulong start, uint limit, ushort selector = 0)
    {
        var value = new Table { Selector = selector, Base = start, Limit = limit };
        Check(UnicornLibrary.WriteRegister(_engine, (int)table, &value));
    }

    /// <summary>Reads the selector of LDTR or TR.</summary>
    public ushort ReadSelector(UnicornRegister table)
    {
        var value = default(Table);
        Check(UnicornLibrary.ReadRegister(_engine, (int)table, &value));
        return value.Selector;
    }

    /// <summary>Writes the general registers and RFLAGS.</summary>
    public void WriteBatch(ReadOnlySpan<ulong> values)
    {
        values[..(FlagsIndex + 1)].CopyTo(new Span<ulong>(_values, FlagsIndex + 1));
        Check(UnicornLibrary.WriteRegisters(_engine, _ids, _places, FlagsIndex + 1));
    }

    /// <summary>Reads the general registers, RFLAGS and RIP.</summary>
    public void ReadBatch(Span<ulong> values)
    {
        Check(UnicornLibrary.ReadRegisters(_engine, _ids, _places, _general.Length));
        new ReadOnlySpan<ulong>(_values, _general.Length).CopyTo(values);
    }

    /// <summary>Runs one instruction.</summary>
    /// <param name="address">Where it is.</param>
    public UnicornStop Step(ulong address)
    {
        // An address to end at would be translated first: slow, and its fault would show in CR2.
        _vector = -1;
        var error = UnicornLibrary.Start(_engine, address, 0, 0, 1);
        return new UnicornStop(error == UnicornError.InvalidInstruction ? InvalidOpcode : _vector < 0 ? null : (byte)_vector, error);
    }

    /// <summary>Keeps the processor's state, system registers included, for <see cref="Restore"/>.</summary>
    public void Save()
    {
        if (_context == 0)
        {
            Check(UnicornLibrary.AllocateContext(_engine, out _context));
        }

        Check(UnicornLibrary.SaveContext(_engine, _context));
    }

    /// <summary>Gives the processor the state that was kept.</summary>
    public void Restore() => Check(UnicornLibrary.RestoreContext(_engine, _context));

    public void Dispose()
    {
        if (_context != 0)
        {
            UnicornLibrary.FreeContext(_context);
        }

        UnicornLibrary.Close(_engine);
        NativeMemory.AlignedFree(_ram);
        NativeMemory.Free(_ids);
        NativeMemory.Free(_values);
        NativeMemory.Free(_places);
        _self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnInterrupt(nint engine, uint vector, nint data)
    {
        ((UnicornEngine)GCHandle.FromIntPtr(data).Target!)._vector = (int)vector;
        UnicornLibrary.Stop(engine);
    }

    private static void Check(UnicornError error)
    {
        if (error != UnicornError.Ok)
        {
            throw new InvalidOperationException($"Unicorn refuses: {error} ({(int)error}).");
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Msr
    {
        public uint Index;
        public ulong Value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Table
    {
        public ushort Selector;
        public ulong Base;
        public uint Limit;
        public uint Flags;
    }
}
