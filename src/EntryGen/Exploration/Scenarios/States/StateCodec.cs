using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EntryGen.Emulation;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>
/// The state of a machine and its ghost as bytes: a hash of it, then the numbers of the lines it is made of (<see cref="LineStore"/>). Canonical among the codecs that share
/// lines: equal states have equal bytes, and different ones differ.
/// </summary>
/// <remarks>
/// The machine is always in some state whose numbers are known. Encoding the next one gives numbers to the lines that the transition changed; going to another state copies
/// the lines in which the two differ. The hash is a sum over lines of what they hold and where, so that it changes with the lines. The TLB is part of a state where it is at its worst
/// (<see cref="TlbLines"/>). Otherwise it need not be: page tables do not change while a scenario runs, and CR3 values whose PCID is not that of their table end it.
/// </remarks>
internal sealed unsafe class StateCodec
{
    private const int HashBytes = sizeof(ulong);

    private readonly Machine _machine;
    private readonly CellLines _cells;
    private readonly MemoryLines _memory;
    private readonly TlbLines? _tlb;
    private readonly int _fixedBytes;
    private readonly bool _hasPcid;
    private readonly long _budget;
    private byte[] _bytes = [];
    private ulong _hash;

    /// <summary>Makes a codec; the machine is in the state of the origin.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="ghost">What is remembered beside it, as words.</param>
    /// <param name="store">The lines, which codecs of one scenario share.</param>
    /// <param name="origin">Memory at the origin (<see cref="MemoryLines.CopyOf"/>), which they share too.</param>
    public StateCodec(Machine machine, ulong[] ghost, LineStore store, byte[] origin)
    {
        var lines = new LineCache(store);
        _machine = machine;
        _cells = new CellLines(machine, ghost, lines);
        _memory = new MemoryLines(machine.Memory, origin, lines);
        _tlb = machine.Linear.WorstCase is null ? null : new TlbLines(machine, _memory, lines);
        _fixedBytes = HashBytes + _cells.EncodedBytes + (_tlb is null ? 0 : TlbLines.EncodedBytes);
        _hasPcid = (machine[Reg.Cr4] & Cr4Bits.PCIDE) != 0;
        _budget = machine.Budget;
    }

    /// <summary>The state that the machine is in.</summary>
    /// <returns>Its bytes, valid until the next call.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<byte> Encode()
    {
        _cells.Absorb(ref _hash);
        _memory.Absorb(ref _hash);
        _tlb?.Absorb(ref _hash);
        var most = _fixedBytes + _memory.MostBytes;
        if (_bytes.Length < most)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(most + 64, pinned: true);
        }

        var bytes = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        *(ulong*)bytes = _hash;
        _cells.Write((uint*)(bytes + HashBytes));
        _tlb?.Write((uint*)(bytes + HashBytes + _cells.EncodedBytes));
        var groups = _memory.Write(bytes + _fixedBytes);
        return new ReadOnlySpan<byte>(bytes, _fixedBytes + (groups * MemoryLines.GroupBytes));
    }

    /// <summary>Puts machine and ghost into a state. The one they are in was encoded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Decode(ReadOnlySpan<byte> state)
    {
        var cr3 = _machine.Registers[(int)Reg.Cr3];
        fixed (byte* bytes = state)
        {
            _hash = *(ulong*)bytes;
            _machine.Budget = _budget;
            _cells.GoTo((uint*)(bytes + HashBytes));
            _memory.GoTo(bytes + _fixedBytes, (state.Length - _fixedBytes) / MemoryLines.GroupBytes);
            Resume(cr3 == _machine.Registers[(int)Reg.Cr3]);
            _tlb?.GoTo((uint*)(bytes + HashBytes + _cells.EncodedBytes));
        }
    }

    // Without PCIDs both halves of the page tables share one tag: only the instruction that changes CR3 empties it, and that has not run.
    private void Resume(bool hasSameCr3)
    {
        if (!hasSameCr3 && !_hasPcid)
        {
            _machine.Linear.Tlb.FlushPcid(0);
            _machine.Linear.ForgetWindows(0);
        }
        else
        {
            _machine.Linear.SelectContext();
        }
    }
}
