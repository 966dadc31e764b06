using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EntryGen.Emulation;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>
/// The state of a machine and its ghost as bytes: the words that differ from an origin, registers first, then ghost, then memory by address. Canonical.
/// </summary>
/// <remarks>
/// The machine is always in some state whose differing words of memory are known (<see cref="_live"/>). Going to another state changes the words in which the two
/// differ; a transition's words are in the write log, so that encoding its result and undoing it cost what it wrote. The TLB is no part of a state: page
/// tables do not change while a scenario runs, and CR3 values whose PCID is not that of their table end it.
/// </remarks>
internal sealed class StateCodec
{
    private const int FileWords = HiddenState.Length;

    private readonly Machine _machine;
    private readonly Ghost _ghost;
    private readonly WriteLog _log;
    private readonly byte[] _memory;
    private readonly ulong[] _originCells;
    private readonly byte[] _originMemory;
    private readonly bool _hasPcid;
    private readonly ulong[] _file = new ulong[FileWords];
    private readonly ulong[] _cells;

    private List<(int Word, ulong Value)> _live = [];
    private List<(int Word, ulong Value)> _next = [];
    private byte[] _bytes = new byte[4096];
    private long _budget;

    /// <summary>Makes a codec; the machine is in the state of the origin.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="ghost">What is remembered beside it.</param>
    /// <param name="log">Notes the writes to its memory.</param>
    /// <param name="originMemory">Memory at the origin; null takes the present contents. Codecs of one scenario share it.</param>
    public StateCodec(Machine machine, Ghost ghost, WriteLog log, byte[]? originMemory)
    {
        _machine = machine;
        _ghost = ghost;
        _log = log;
        _memory = machine.Memory.Bytes;
        _hasPcid = (machine[Reg.Cr4] & Cr4Bits.PCIDE) != 0;
        _originMemory = originMemory ?? (byte[])_memory.Clone();
        _cells = new ulong[FileWords + ghost.Cells.Length];
        _originCells = new ulong[_cells.Length];
        CollectCells(_originCells);
        _log.Clear();
    }

    /// <summary>Memory at the origin.</summary>
    public byte[] OriginMemory => _originMemory;

    /// <summary>Remembers where the machine is, to come back to it by <see cref="Undo"/>.</summary>
    public void Mark()
    {
        _machine.Registers.CopyTo(_file, 0);
        _ghost.Cells.CopyTo(_cells, FileWords);
        _budget = _machine.Budget;
        _log.Clear();
    }

    /// <summary>Goes back to where <see cref="Mark"/> was called.</summary>
    public void Undo()
    {
        _log.Undo();
        var isSame = _machine.Registers[(int)Reg.Cr3] == _file[(int)Reg.Cr3];
        _file.CopyTo(_machine.Registers, 0);
        _cells.AsSpan(FileWords).CopyTo(_ghost.Cells);
        _machine.Budget = _budget;
        Resume(isSame);
    }

    /// <summary>The state that transitions since <see cref="Mark"/> led to.</summary>
    /// <returns>Its bytes, valid until the next call.</returns>
    public ReadOnlySpan<byte> Encode()
    {
        Span<ulong> cells = stackalloc ulong[_cells.Length];
        CollectCells(cells);
        var changes = _log.Entries;
        Sort(changes);
        var most = ((cells.Length + _live.Count + changes.Length) * (WordPacking.MostBytes + 5)) + 16;
        if (_bytes.Length < most)
        {
            _bytes = new byte[most * 2];
        }

        ref var bytes = ref MemoryMarshal.GetArrayDataReference(_bytes);
        var place = 0;
        var previous = -1;
        for (var i = 0; i < cells.Length; i++)
        {
            i += cells[i..].CommonPrefixLength(_originCells.AsSpan(i));
            if (i < cells.Length)
            {
                Append(ref bytes, ref place, ref previous, i, cells[i] ^ _originCells[i]);
            }
        }

        place = WordPacking.WriteNumber(ref bytes, place, 0);
        previous = -1;
        var live = CollectionsMarshal.AsSpan(_live);
        for (int i = 0, j = 0; i < live.Length || j < changes.Length;)
        {
            if (j == changes.Length || (i < live.Length && live[i].Word < changes[j].Word))
            {
                Append(ref bytes, ref place, ref previous, live[i].Word, live[i].Value ^ Origin(live[i].Word));
                i++;
                continue;
            }

            var word = changes[j++].Word;
            i += i < live.Length && live[i].Word == word ? 1 : 0;
            if ((Now(word) ^ Origin(word)) is var difference and not 0)
            {
                Append(ref bytes, ref place, ref previous, word, difference);
            }
        }

        place = WordPacking.WriteNumber(ref bytes, place, 0);
        return _bytes.AsSpan(0, place);
    }

    /// <summary>Puts machine and ghost into a state.</summary>
    public void Decode(ReadOnlySpan<byte> state)
    {
        // Words are read eight bytes at a time, also the last ones.
        if (_bytes.Length < state.Length + sizeof(ulong))
        {
            _bytes = new byte[state.Length * 2];
        }

        state.CopyTo(_bytes);
        ref var bytes = ref MemoryMarshal.GetArrayDataReference(_bytes);
        var place = 0;
        var cr3 = _machine.Registers[(int)Reg.Cr3];
        _originCells.AsSpan(0, FileWords).CopyTo(_machine.Registers);
        _originCells.AsSpan(FileWords).CopyTo(_ghost.Cells);
        for (var i = -1; WordPacking.ReadNumber(ref bytes, ref place) is var distance and not 0;)
        {
            i += (int)distance;
            var difference = WordPacking.Read(ref bytes, ref place);
            if (i < FileWords)
            {
                _machine.Registers[i] ^= difference;
            }
            else
            {
                _ghost.Cells[i - FileWords] ^= difference;
            }
        }

        HiddenState.MakeConcrete(_machine.Registers, _machine.Budget);
        _next.Clear();
        for (var word = -1; WordPacking.ReadNumber(ref bytes, ref place) is var distance and not 0;)
        {
            word += (int)distance;
            _next.Add((word, WordPacking.Read(ref bytes, ref place) ^ Origin(word)));
        }

        GoToNext();
        _log.Clear();
        Resume(cr3 == _machine.Registers[(int)Reg.Cr3]);
    }

    private void GoToNext()
    {
        var live = CollectionsMarshal.AsSpan(_live);
        var next = CollectionsMarshal.AsSpan(_next);
        for (int i = 0, j = 0; i < live.Length || j < next.Length;)
        {
            var order = i == live.Length ? 1 : j == next.Length ? -1 : live[i].Word.CompareTo(next[j].Word);
            if (order < 0)
            {
                Set(live[i].Word, Origin(live[i].Word));
            }
            else if (order > 0 || live[i].Value != next[j].Value)
            {
                Set(next[j].Word, next[j].Value);
            }

            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        (_live, _next) = (_next, _live);
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

    private void CollectCells(Span<ulong> cells)
    {
        _machine.EndPastShadow();
        _machine.Registers.CopyTo(cells);
        HiddenState.MakeCanonical(cells[..FileWords], _machine.Budget);
        _ghost.Cells.CopyTo(cells[FileWords..]);
    }

    // One instruction writes a word or two, a run of them some dozens.
    private static void Sort(Span<(int Word, ulong Old)> changes)
    {
        for (var i = 1; i < changes.Length; i++)
        {
            var change = changes[i];
            var to = i;
            for (; to > 0 && changes[to - 1].Word > change.Word; to--)
            {
                changes[to] = changes[to - 1];
            }

            changes[to] = change;
        }
    }

    private static void Append(ref byte bytes, ref int place, ref int previous, int index, ulong difference)
    {
        place = WordPacking.WriteNumber(ref bytes, place, (uint)(index - previous));
        place = WordPacking.Write(ref bytes, place, difference);
        previous = index;
    }

    private ulong Now(int word) => Unsafe.ReadUnaligned<ulong>(ref _memory[word * sizeof(ulong)]);

    private ulong Origin(int word) => Unsafe.ReadUnaligned<ulong>(ref _originMemory[word * sizeof(ulong)]);

    private void Set(int word, ulong value) => Unsafe.WriteUnaligned(ref _memory[word * sizeof(ulong)], value);
}
