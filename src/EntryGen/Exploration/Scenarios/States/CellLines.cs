using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using EntryGen.Emulation;
using EntryGen.Exploration.Engine;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>The registers of a machine and the words beside it, as lines: which numbers they have in the state that the machine is in.</summary>
internal sealed unsafe class CellLines
{
    private const int FileWords = HiddenState.Length;
    private const int Words = LineStore.LineWords;

    private readonly Machine _machine;
    private readonly ulong[] _ghost;
    private readonly LineCache _lines;
    private readonly CellLayout _layout;
    private readonly int _count;

    // Pinned: the words in canonical form as they were when they got their numbers, the words as they are, and the numbers.
    private readonly ulong* _known;
    private readonly ulong* _now;
    private readonly uint* _numbers;
    private readonly object _pinned;
    private readonly int[] _changed;
    private readonly bool[] _isChanged;

    public CellLines(Machine machine, ulong[] ghost, LineCache lines)
    {
        _machine = machine;
        _ghost = ghost;
        _lines = lines;
        _count = FileWords + ghost.Length;
        _layout = new CellLayout(_count);
        _changed = new int[_layout.Lines];
        _isChanged = new bool[_layout.Lines];

        // Compared four at a time, and there is a word that is always 0.
        var room = (_count + Words) & ~(Words - 1);
        var words = GC.AllocateArray<ulong>((2 * room) + ((_layout.Groups + 1) * Words), pinned: true);
        _pinned = words;
        _known = (ulong*)Marshal.UnsafeAddrOfPinnedArrayElement(words, 0);
        _now = _known + room;
        _numbers = (uint*)(_now + room);
        GroupNumbers = new uint[_layout.Groups];
    }

    /// <summary>The bytes of its part of an encoding.</summary>
    public int EncodedBytes => (CellLayout.DirectLines + _layout.Groups) * sizeof(uint);

    private uint[] GroupNumbers { get; }

    /// <summary>Gives numbers to what has changed.</summary>
    /// <param name="hash">The hash of the state.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Absorb(ref ulong hash)
    {
        Collect();
        var count = FindChanges();
        var groups = 0UL;
        ulong* line = stackalloc ulong[Words];
        for (var i = 0; i < count; i++)
        {
            var number = _changed[i];
            _isChanged[number] = false;
            ref var known = ref _numbers[CellLayout.NumberPlace(number)];
            hash -= known == 0 ? 0 : StateHash.OfPart(LineStore.HashOf(_lines.At(known)), (uint)number);
            Gather(number, line);
            if (LineWords64.IsZero(line))
            {
                known = 0;
            }
            else
            {
                var content = LineStore.HashOf(line);
                known = _lines.NumberOf(line, content);
                hash += StateHash.OfPart(content, (uint)number);
            }

            groups |= number < CellLayout.DirectLines ? 0 : 1UL << ((number - CellLayout.DirectLines) / 16);
        }

        for (; groups != 0; groups &= groups - 1)
        {
            var group = System.Numerics.BitOperations.TrailingZeroCount(groups);
            GroupNumbers[group] = _lines.NumberOf(_numbers + ((group + 1) * 16));
        }
    }

    /// <summary>Writes the numbers.</summary>
    /// <param name="to">Where; <see cref="EncodedBytes"/> of it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Write(uint* to)
    {
        for (var i = 0; i < CellLayout.DirectLines; i++)
        {
            to[i] = _numbers[i];
        }

        GroupNumbers.AsSpan().CopyTo(new Span<uint>(to + CellLayout.DirectLines, GroupNumbers.Length));
    }

    /// <summary>Gives registers and the words beside them the contents that numbers stand for.</summary>
    /// <param name="from">What <see cref="Write"/> wrote.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void GoTo(uint* from)
    {
        for (var line = 0; line < CellLayout.DirectLines; line++)
        {
            if (_numbers[line] != from[line])
            {
                Set(line, from[line]);
            }
        }

        var hasChangedGroups = false;
        for (var group = 0; group < GroupNumbers.Length; group++)
        {
            var number = from[CellLayout.DirectLines + group];
            if (GroupNumbers[group] != number)
            {
                hasChangedGroups = true;
                GroupNumbers[group] = number;
                var numbers = (uint*)_lines.At(number);
                for (var changed = LineWords64.Differences(_numbers + ((group + 1) * 16), numbers); changed != 0; changed &= changed - 1)
                {
                    var place = System.Numerics.BitOperations.TrailingZeroCount(changed);
                    Set((group * 16) + place + CellLayout.DirectLines, numbers[place]);
                }
            }
        }

        new ReadOnlySpan<ulong>(_known, FileWords).CopyTo(_machine.Registers);
        if (hasChangedGroups)
        {
            new ReadOnlySpan<ulong>(_known + FileWords, _ghost.Length).CopyTo(_ghost);
        }

        HiddenState.MakeConcrete(_machine.Registers, _machine.Budget);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Set(int line, uint number)
    {
        _numbers[CellLayout.NumberPlace(line)] = number;
        var words = _lines.At(number);
        ref var places = ref _layout.WordsOf[line * Words];
        for (var i = 0; i < Words; i++)
        {
            _known[Unsafe.Add(ref places, i)] = words[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(int line, ulong* words)
    {
        ref var places = ref _layout.WordsOf[line * Words];
        for (var i = 0; i < Words; i++)
        {
            words[i] = _now[Unsafe.Add(ref places, i)];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Collect()
    {
        _machine.EndPastShadow();
        _machine.Registers.AsSpan(0, FileWords).CopyTo(new Span<ulong>(_now, FileWords));
        HiddenState.MakeCanonical(new Span<ulong>(_now, FileWords), _machine.Budget);
        _ghost.CopyTo(new Span<ulong>(_now + FileWords, _count - FileWords));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindChanges()
    {
        var count = 0;
        for (var word = 0; word < _count; word += 4)
        {
            var now = Vector256.Load(_now + word);
            for (var different = ~Vector256.Equals(now, Vector256.Load(_known + word)).ExtractMostSignificantBits() & 0xF; different != 0; different &= different - 1)
            {
                var line = _layout.LineOf[word + System.Numerics.BitOperations.TrailingZeroCount(different)];
                if (!_isChanged[line])
                {
                    _isChanged[line] = true;
                    _changed[count++] = line;
                }
            }

            now.Store(_known + word);
        }

        return count;
    }
}
