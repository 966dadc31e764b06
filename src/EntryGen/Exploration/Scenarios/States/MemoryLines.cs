using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EntryGen.Emulation;
using EntryGen.Exploration.Engine;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>
/// Guest memory as lines: which differ from the origin, in groups of sixteen, and what numbers they have in the state that the machine is in. Writes of the guest are noted by
/// line, so that finding out what a transition changed costs what it wrote.
/// </summary>
internal sealed unsafe class MemoryLines
{
    /// <summary>The bytes of one group in an encoding: the number of the group's contents and, behind all of those, where it is.</summary>
    public const int GroupBytes = sizeof(uint) + sizeof(ushort);

    private const int LineBytes = LineStore.LineBytes;
    private const int GroupLines = 16;

    // Places of memory lines, in the hash, begin behind those of all registers.
    private const uint FirstPlace = 1U << 31;

    private readonly LineCache _lines;
    private readonly byte* _memory;
    private readonly byte* _origin;
    private readonly Group?[] _groupAt;

    // Those that were ever written, in order of address; and those that were written since numbers were given.
    private readonly List<Group> _groups = [];
    private readonly List<Group> _written = [];
    private int _visit;

    public MemoryLines(PhysicalMemory memory, byte[] origin, LineCache lines)
    {
        _lines = lines;
        _memory = (byte*)memory.HostAddress;
        _origin = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(origin, 0);
        _groupAt = new Group?[memory.Size / (LineBytes * GroupLines)];
        if (_groupAt.Length > ushort.MaxValue + 1)
        {
            throw new ArgumentException($"States are kept for up to 64 MiB of memory, not {memory.Size >> 20}.", nameof(memory));
        }

        memory.Writing += Note;
        memory.WritesMustBeSeen?.Invoke();
    }

    /// <summary>A copy of memory that states are told from.</summary>
    public static byte[] CopyOf(PhysicalMemory memory)
    {
        var copy = GC.AllocateUninitializedArray<byte>(memory.Size, pinned: true);
        memory.Bytes.CopyTo(copy, 0);
        return copy;
    }

    /// <summary>Whether anything was ever written in certain pages.</summary>
    public bool HasWritten(Predicate<ulong> isOne)
    {
        foreach (var group in _groups)
        {
            if (isOne((ulong)group.Place * (LineBytes * GroupLines) & ~0xFFFUL))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The most bytes of its part of an encoding.</summary>
    public int MostBytes => _groups.Count * GroupBytes;

    /// <summary>Gives numbers to what has changed.</summary>
    /// <param name="hash">The hash of the state.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Absorb(ref ulong hash)
    {
        foreach (var group in CollectionsMarshal.AsSpan(_written))
        {
            var isChanged = false;
            for (uint written = group.Written; written != 0; written &= written - 1)
            {
                var place = BitOperations.TrailingZeroCount(written);
                isChanged |= Absorb(group, place, ref hash);
            }

            group.Written = 0;
            if (isChanged)
            {
                group.Contents = _lines.NumberOf(group.Numbers);
            }
        }

        _written.Clear();
    }

    /// <summary>Writes the groups that differ from the origin: their numbers, then where they are.</summary>
    /// <param name="to">Where; <see cref="MostBytes"/> of it.</param>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Write(byte* to)
    {
        var numbers = (uint*)to;
        var count = 0;
        foreach (var group in CollectionsMarshal.AsSpan(_groups))
        {
            numbers[count] = group.Contents;
            count += group.Contents == 0 ? 0 : 1;
        }

        var places = (ushort*)(numbers + count);
        foreach (var group in CollectionsMarshal.AsSpan(_groups))
        {
            if (group.Contents != 0)
            {
                *places++ = (ushort)group.Place;
            }
        }

        return count;
    }

    /// <summary>Gives memory the contents that numbers stand for.</summary>
    /// <param name="from">What <see cref="Write"/> wrote.</param>
    /// <param name="count">How many groups there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void GoTo(byte* from, int count)
    {
        _visit++;
        var numbers = (uint*)from;
        var places = (ushort*)(numbers + count);
        for (var i = 0; i < count; i++)
        {
            var group = GroupAt(places[i]);
            group.Visit = _visit;
            if (group.Contents != numbers[i])
            {
                GoTo(group, numbers[i]);
            }
        }

        foreach (var group in CollectionsMarshal.AsSpan(_groups))
        {
            if (group.Visit != _visit && group.Contents != 0)
            {
                GoTo(group, 0);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GoTo(Group group, uint contents)
    {
        group.Contents = contents;
        var numbers = (uint*)_lines.At(contents);
        for (var changed = LineWords64.Differences(group.Numbers, numbers); changed != 0; changed &= changed - 1)
        {
            var place = BitOperations.TrailingZeroCount(changed);
            var number = numbers[place];
            var offset = OffsetOf(group, place);
            group.Numbers[place] = number;
            LineWords64.Copy(number == 0 ? (ulong*)(_origin + offset) : _lines.At(number), (ulong*)(_memory + offset));
        }
    }

    // Whether a line that was written holds anything else than before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Absorb(Group group, int place, ref ulong hash)
    {
        var offset = OffsetOf(group, place);
        var line = (ulong*)(_memory + offset);
        var origin = (ulong*)(_origin + offset);
        ref var known = ref group.Numbers[place];
        var before = known == 0 ? origin : _lines.At(known);
        if (LineWords64.AreEqual(line, before))
        {
            return false;
        }

        var number = FirstPlace + (uint)((group.Place * GroupLines) + place);
        hash -= known == 0 ? 0 : StateHash.OfPart(LineStore.HashOf(before), number);
        if (LineWords64.AreEqual(line, origin))
        {
            known = 0;
        }
        else
        {
            var content = LineStore.HashOf(line);
            known = LineWords64.IsZero(line) ? LineStore.Zeros : _lines.NumberOf(line, content);
            hash += StateHash.OfPart(content, number);
        }

        return true;
    }

    private static nint OffsetOf(Group group, int place) => ((group.Place * GroupLines) + place) * LineBytes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Note(ulong address, ReadOnlySpan<byte> bytes)
    {
        var last = (int)((address + (ulong)bytes.Length - 1) / LineBytes);
        for (var line = (int)(address / LineBytes); line <= last; line++)
        {
            var group = GroupAt(line / GroupLines);
            if (group.Written == 0)
            {
                _written.Add(group);
            }

            group.Written |= (ushort)(1 << (line % GroupLines));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Group GroupAt(int place) => _groupAt[place] ?? AddGroup(place);

    private Group AddGroup(int place)
    {
        var group = new Group(place);
        _groupAt[place] = group;
        _groups.Insert(_groups.FindIndex(other => other.Place > place) is var behind and >= 0 ? behind : _groups.Count, group);
        return group;
    }

    /// <summary>Sixteen lines.</summary>
    private sealed class Group
    {
        private readonly uint[] _pinned = GC.AllocateArray<uint>(GroupLines, pinned: true);

        public Group(int place)
        {
            Place = place;
            Numbers = (uint*)Marshal.UnsafeAddrOfPinnedArrayElement(_pinned, 0);
        }

        /// <summary>Which group of memory it is.</summary>
        public int Place { get; }

        /// <summary>The numbers of its lines; 0 for what is as at the origin.</summary>
        public uint* Numbers { get; }

        /// <summary>The number of <see cref="Numbers"/>.</summary>
        public uint Contents { get; set; }

        /// <summary>The lines that were written since.</summary>
        public ushort Written { get; set; }

        /// <summary>The last visit of a state in which it differs.</summary>
        public int Visit { get; set; }
    }
}
