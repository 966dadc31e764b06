using System.Runtime.InteropServices;

namespace EntryGen.Emulation;

/// <summary>
/// Turns the state of a machine into a few bytes and back. The bytes are canonical: two states have the same bytes exactly when they hold the same, and states
/// that hold the same behave the same from then on, given the same features, models, choices and budget.
/// </summary>
/// <remarks>
/// Only what differs from an origin is written: words of registers and memory, entries of the TLB. What is covered is what <see cref="MachineSnapshot"/>
/// covers. How the machine got there leaves no trace: neither the order in which TLB entries were made, nor the host's caches, nor memory that was
/// written and holds again what it held. Codecs of several machines whose origins hold the same understand each other's bytes.
/// </remarks>
public sealed class MachineStateCodec
{
    private const int WordsPerBlock = PhysicalMemory.BlockSize / sizeof(ulong);

    private readonly Machine _machine;
    private readonly MachineSnapshot _origin;
    private readonly StateWriter _writer = new();
    private readonly List<(int Block, byte[] Content)> _blocks = [];
    private readonly TlbEntry[] _originTlb;

    /// <summary>Makes a codec for the states of a machine.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="origin">A snapshot of it that most states differ little from, for example that of the start.</param>
    /// <exception cref="ArgumentException">Another machine made the snapshot.</exception>
    public MachineStateCodec(Machine machine, MachineSnapshot origin)
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(origin);
        if (origin.Machine != machine)
        {
            throw new ArgumentException("The origin must be a snapshot of the same machine.", nameof(origin));
        }

        _machine = machine;
        _origin = origin;
        _originTlb = origin.Tlb.ToArray();
        MakeCanonical(_originTlb);
    }

    /// <summary>The present state.</summary>
    /// <returns>Its bytes, valid until the next call.</returns>
    public ReadOnlySpan<byte> Encode()
    {
        _writer.Clear();
        WriteRegisters();
        WriteTlb();
        WriteMemory();
        WriteStale();
        return _writer.Written;
    }

    /// <summary>Puts the machine in a state.</summary>
    /// <param name="state">Bytes that <see cref="Encode"/> of a codec with the same origin gave.</param>
    /// <exception cref="ArgumentException">They are not; the machine is then in the state of the origin or near it.</exception>
    public void Decode(ReadOnlySpan<byte> state)
    {
        _machine.Restore(_origin);
        var reader = new StateReader(state);
        ReadRegisters(ref reader);
        ReadTlb(ref reader);
        ReadMemory(ref reader);
        ReadStale(ref reader);
        if (!reader.IsAtEnd)
        {
            throw StateReader.Damaged();
        }

        _machine.Linear.SelectContext();
    }

    private void WriteRegisters()
    {
        _machine.EndPastShadow();
        Span<ulong> now = stackalloc ulong[HiddenState.Length];
        Span<ulong> then = stackalloc ulong[HiddenState.Length];
        _machine.Registers.CopyTo(now);
        HiddenState.MakeCanonical(now, _machine.Budget);
        _origin.CopyCanonicalRegisters(then);
        _writer.Differences(now, then);
    }

    private void ReadRegisters(ref StateReader reader)
    {
        Span<ulong> file = stackalloc ulong[HiddenState.Length];
        _origin.CopyCanonicalRegisters(file);
        for (var index = -1; reader.NextDifference(ref index, file.Length, out var difference);)
        {
            file[index] ^= difference;
        }

        HiddenState.MakeConcrete(file, _machine.Budget);
        file.CopyTo(_machine.Registers);
    }

    // Both lists are sorted, so one pass finds what is gone and what is new.
    private void WriteTlb()
    {
        if (_origin.HasSameTlb)
        {
            _writer.Number(0);
            _writer.Number(0);
            return;
        }

        var now = _machine.Tlb.Save();
        MakeCanonical(now);
        var previous = -1;
        Merge(now, (place, _) =>
        {
            _writer.Number((ulong)(place - previous));
            previous = place;
        }, static _ => { });
        _writer.Number(0);
        Merge(now, static (_, _) => { }, entry => WriteEntry(entry));
        _writer.Number(0);
    }

    /// <summary>Sorts entries; under which PCID a global one was made says nothing.</summary>
    private static void MakeCanonical(TlbEntry[] entries)
    {
        foreach (ref var entry in entries.AsSpan())
        {
            entry = entry.Translation.IsGlobal ? entry with { Pcid = 0 } : entry;
        }

        Array.Sort(entries, TlbEntry.Compare);
    }

    private void Merge(TlbEntry[] now, Action<int, TlbEntry> gone, Action<TlbEntry> added)
    {
        int i = 0, j = 0;
        while (i < _originTlb.Length || j < now.Length)
        {
            var order = i == _originTlb.Length ? 1 : j == now.Length ? -1 : TlbEntry.Compare(_originTlb[i], now[j]);
            if (order < 0)
            {
                gone(i, _originTlb[i]);
            }
            else if (order > 0)
            {
                added(now[j]);
            }

            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
    }

    private void ReadTlb(ref StateReader reader)
    {
        var entries = new List<TlbEntry>(_originTlb);
        var removed = 0;
        var isChanged = false;
        for (var index = -1; reader.Number() is var distance and not 0; removed++)
        {
            if (distance > (ulong)(_originTlb.Length - 1 - index))
            {
                throw StateReader.Damaged();
            }

            index += (int)distance;
            entries.RemoveAt(index - removed);
            isChanged = true;
        }

        while (reader.Number() is var bits and not 0)
        {
            entries.Add(ReadEntry(ref reader, bits));
            isChanged = true;
        }

        if (isChanged)
        {
            _machine.Tlb.Load(CollectionsMarshal.AsSpan(entries));
            _machine.Linear.ForgetWindows();
        }
    }

    private void WriteMemory()
    {
        _machine.Memory.CollectChanges(_origin.Memory, _blocks);
        _blocks.Sort(static (a, b) => a.Block.CompareTo(b.Block));
        var previous = -1;
        foreach (var (block, content) in _blocks)
        {
            var now = _machine.Memory.Bytes.AsSpan(block * PhysicalMemory.BlockSize, PhysicalMemory.BlockSize);
            if (!now.SequenceEqual(content))
            {
                _writer.Number((ulong)(block - previous));
                _writer.Differences(MemoryMarshal.Cast<byte, ulong>(now), MemoryMarshal.Cast<byte, ulong>(content.AsSpan()));
                previous = block;
            }
        }

        _writer.Number(0);
    }

    private void ReadMemory(ref StateReader reader)
    {
        for (long block = -1; reader.Number() is var distance and not 0;)
        {
            block += (long)distance;
            if (distance > int.MaxValue || block >= _machine.Memory.Size / PhysicalMemory.BlockSize)
            {
                throw StateReader.Damaged();
            }

            for (var index = -1; reader.NextDifference(ref index, WordsPerBlock, out var difference);)
            {
                PhysicalAddress address = (ulong)((block * PhysicalMemory.BlockSize) + (index * sizeof(ulong)));
                _machine.Memory.Write(address, _machine.Memory.Read<ulong>(address) ^ difference);
            }
        }
    }

    private void WriteStale()
    {
        var worst = _machine.Linear.WorstCase;
        worst?.Normalize();
        _writer.Number((ulong)(worst?.Leaves.Count ?? 0));
        foreach (var leaf in worst?.Leaves ?? [])
        {
            WriteEntry(leaf);
        }

        _writer.Number((ulong)(worst?.Trees.Count ?? 0));
        foreach (var tree in worst?.Trees ?? [])
        {
            _writer.Number((ulong)tree.Space);
            _writer.Number(tree.Table >> 12);
            _writer.Number((tree.Place.Prefix & 0xFFFF_FFFF_FFFF) >> 21);
            _writer.Number(((ulong)tree.Place.Shift << 2) | (tree.Place.IsAccessed ? 2UL : 0) | (tree.CanWalk ? 1UL : 0));
            _writer.Number(ulong.RotateLeft(tree.Place.Rights, 1));
            WriteSet(tree.Written);
            WriteSet(tree.Invalidated);
        }
    }

    private void WriteSet(SortedSet<ulong> set)
    {
        _writer.Number((ulong)set.Count);
        foreach (var item in set)
        {
            _writer.Number(item >> 3);
        }
    }

    private void ReadStale(ref StateReader reader)
    {
        var leaves = new List<TlbEntry>();
        for (var count = reader.Number(); count > 0; count--)
        {
            leaves.Add(ReadEntry(ref reader, reader.Number()));
        }

        var trees = new List<CachedTree>();
        for (var count = reader.Number(); count > 0; count--)
        {
            var space = (int)reader.Number();
            var table = reader.Number() << 12;
            var prefix = Canonical(reader.Number() << 21);
            var kind = reader.Number();
            var place = new TablePlace(prefix, (int)(kind >> 2), ulong.RotateRight(reader.Number(), 1), (kind & 2) != 0);
            var tree = new CachedTree(space, table, place) { CanWalk = (kind & 1) != 0 };
            ReadSet(ref reader, tree.Written);
            ReadSet(ref reader, tree.Invalidated);
            trees.Add(tree);
        }

        _machine.Linear.LoadWorstCase(leaves, trees);
    }

    private static void ReadSet(ref StateReader reader, SortedSet<ulong> set)
    {
        for (var count = reader.Number(); count > 0; count--)
        {
            set.Add(reader.Number() << 3);
        }
    }

    // Bit 63, XD, comes to the other end: small numbers are short. An entry is never 0.
    private void WriteEntry(in TlbEntry entry)
    {
        _writer.Number(ulong.RotateLeft(entry.Translation.Bits, 1));
        _writer.Number((entry.Page.Value & 0xFFFF_FFFF_FFFF) >> 12);
        _writer.Number(((ulong)entry.Pcid << 2) | (uint)((entry.Translation.Shift - 12) / 9));
    }

    private static TlbEntry ReadEntry(ref StateReader reader, ulong bits)
    {
        var page = reader.Number() << 12;
        var tag = reader.Number();
        if (tag >> 2 > 0xFFF || (tag & 3) == 3)
        {
            throw StateReader.Damaged();
        }

        return new TlbEntry((int)(tag >> 2), Canonical(page), new Translation(ulong.RotateRight(bits, 1), 12 + (9 * (int)(tag & 3))));
    }

    private static ulong Canonical(ulong address) => (ulong)((long)(address << 16) >> 16);
}
