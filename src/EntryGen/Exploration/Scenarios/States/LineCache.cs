using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>One worker's way to the numbers of lines: those that it met lately are found without the lock.</summary>
internal sealed unsafe class LineCache(LineStore store)
{
    private const int Slots = 1 << 13;

    private readonly uint[] _recent = new uint[Slots];

    /// <summary>The lines.</summary>
    public LineStore Store => store;

    /// <summary>What a line holds; for number 0 eight words of zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong* At(uint number) => store.At(number);

    /// <summary>The number of a line that is not all zeros.</summary>
    /// <param name="line">Its words.</param>
    /// <param name="hash">Their hash.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint NumberOf(ulong* line, ulong hash)
    {
        ref var recent = ref _recent[(hash >> 20) & (Slots - 1)];
        if (recent == 0 || !LineWords64.AreEqual(store.At(recent), line))
        {
            recent = store.NumberOf(line, hash);
        }

        return recent;
    }

    /// <summary>The number of a group of sixteen numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint NumberOf(uint* group)
    {
        var line = (ulong*)group;
        return LineWords64.IsZero(line) ? 0 : NumberOf(line, LineStore.HashOf(line));
    }
}
