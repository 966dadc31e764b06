using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EntryGen.Exploration.Engine;

/// <summary>Native memory that records are appended to: the successors of one state, before they are hashed.</summary>
internal sealed unsafe class RecordBuffer : CacheIsolated, IDisposable
{
    private byte* _start;
    private nint _used;
    private nint _capacity;

    /// <summary>The number of records since the last <see cref="Clear"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The first record; moves when the buffer grows.</summary>
    public byte* Start => _start;

    /// <summary>Behind the last record.</summary>
    public byte* End => _start + _used;

    /// <summary>Forgets the records and keeps the memory.</summary>
    public void Clear()
    {
        _used = 0;
        Count = 0;
    }

    /// <summary>Room for one more record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Append(int bytes)
    {
        var at = _used;
        if (at + bytes > _capacity)
        {
            Grow(bytes);
        }

        _used = at + bytes;
        Count++;
        return _start + at;
    }

    public void Dispose()
    {
        NativeMemory.Free(_start);
        _start = null;
        _used = _capacity = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int bytes)
    {
        _capacity = nint.Max(4096, 2 * (_used + bytes));
        _start = (byte*)NativeMemory.Realloc(_start, (nuint)_capacity);
    }
}
