using EntryGen.Emulation;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>The words of guest memory that were written since it was last cleared, each with what it held: for undoing and for finding out what changed.</summary>
internal sealed class WriteLog
{
    private readonly byte[] _memory;
    private readonly int[] _stamps;
    private (int Word, ulong Old)[] _entries = new (int, ulong)[256];
    private int _stamp = 1;

    /// <summary>Starts to log.</summary>
    public WriteLog(PhysicalMemory memory)
    {
        _memory = memory.Bytes;
        _stamps = new int[memory.Size / sizeof(ulong)];
        memory.Writing = Note;
        memory.WritesMustBeSeen?.Invoke();
    }

    /// <summary>What was written: index of the word in physical memory, and the value that it had.</summary>
    public Span<(int Word, ulong Old)> Entries => _entries.AsSpan(0, Count);

    public int Count { get; private set; }

    public void Clear()
    {
        Count = 0;
        _stamp++;
    }

    /// <summary>Puts back what was there.</summary>
    public void Undo()
    {
        foreach (var (word, old) in Entries)
        {
            BitConverter.TryWriteBytes(_memory.AsSpan(word * sizeof(ulong)), old);
        }

        Clear();
    }

    private void Note(ulong address, ReadOnlySpan<byte> bytes)
    {
        var last = (int)((address + (ulong)bytes.Length - 1) / sizeof(ulong));
        for (var word = (int)(address / sizeof(ulong)); word <= last; word++)
        {
            if (_stamps[word] == _stamp)
            {
                continue;
            }

            _stamps[word] = _stamp;
            if (Count == _entries.Length)
            {
                Array.Resize(ref _entries, Count * 2);
            }

            _entries[Count++] = (word, BitConverter.ToUInt64(_memory, word * sizeof(ulong)));
        }
    }
}
