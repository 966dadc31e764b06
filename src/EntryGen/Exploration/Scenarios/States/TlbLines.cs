using System.Runtime.InteropServices;
using EntryGen.Emulation;
using EntryGen.Exploration.Engine;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>
/// What a TLB at its worst may hold beside what CR3 leads to, as lines: translations whose entries were changed, and tables that CR3 has left. Lines are numbered, and sixteen numbers are a
/// line again, until one number is left.
/// </summary>
internal sealed unsafe class TlbLines(Machine machine, MemoryLines memory, LineCache lines)
{
    /// <summary>The bytes of its part of an encoding: that number, and how many levels of lines it stands for.</summary>
    public const int EncodedBytes = 2 * sizeof(uint);

    private const int LineWords = LineStore.LineWords, GroupNumbers = 16;

    // Places in the hash begin behind those of memory lines.
    private const uint FirstPlace = 3U << 30;

    private readonly LineCache _lines = lines;
    private readonly List<ulong> _words = [];
    private uint _root, _levels;
    private ulong _hash;

    private WorstCaseTranslations Translations => machine.Linear.WorstCase!;

    /// <summary>Gives numbers to what there is.</summary>
    /// <param name="hash">The hash of the state.</param>
    public void Absorb(ref ulong hash)
    {
        CollectWords();
        hash -= _hash;
        _hash = HashWords();
        hash += _hash;
        var numbers = new uint[_words.Count / LineWords];
        fixed (ulong* first = CollectionsMarshal.AsSpan(_words))
        {
            for (var i = 0; i < numbers.Length; i++)
            {
                var line = first + (i * LineWords);
                numbers[i] = LineWords64.IsZero(line) ? 0 : _lines.NumberOf(line, LineStore.HashOf(line));
            }
        }

        for (_levels = 0; numbers.Length > 1; _levels++)
        {
            var groups = new uint[(numbers.Length + GroupNumbers - 1) / GroupNumbers];
            Array.Resize(ref numbers, groups.Length * GroupNumbers);
            fixed (uint* first = numbers)
            {
                for (var i = 0; i < groups.Length; i++)
                {
                    groups[i] = _lines.NumberOf(first + (i * GroupNumbers));
                }
            }

            numbers = groups;
        }

        _root = numbers[0];
    }

    /// <summary>Writes the numbers.</summary>
    public void Write(uint* to) => (to[0], to[1]) = (_root, _levels);

    /// <summary>Gives the TLB the contents that numbers stand for, after registers and memory have theirs.</summary>
    public void GoTo(uint* from)
    {
        if ((_root, _levels) != (from[0], from[1]))
        {
            (_root, _levels) = (from[0], from[1]);
            _words.Clear();
            Expand(_root, _levels);
            _hash = HashWords();
        }

        Load();
    }

    // Lines of zeros count nothing: expanded, the last group has some more of them.
    private ulong HashWords()
    {
        var hash = 0UL;
        fixed (ulong* first = CollectionsMarshal.AsSpan(_words))
        {
            for (var i = 0; i < _words.Count / LineWords; i++)
            {
                var line = first + (i * LineWords);
                hash += LineWords64.IsZero(line) ? 0 : StateHash.OfPart(LineStore.HashOf(line), FirstPlace + (uint)i);
            }
        }

        return hash;
    }

    private void Expand(uint number, uint level)
    {
        var line = _lines.At(number);
        for (var i = 0; level == 0 && i < LineWords; i++)
        {
            _words.Add(line[i]);
        }

        for (var i = 0; level > 0 && i < GroupNumbers; i++)
        {
            Expand(((uint*)line)[i], level - 1);
        }
    }

    private void CollectWords()
    {
        Translations.Normalize();
        _words.Clear();
        _words.Add((uint)Translations.Leaves.Count | ((ulong)Translations.Trees.Count << 32));
        foreach (var leaf in Translations.Leaves)
        {
            _words.AddRange([leaf.Translation.Bits, leaf.Page.Value, (uint)leaf.Pcid | ((ulong)leaf.Translation.Shift << 32)]);
        }

        foreach (var tree in Translations.Trees)
        {
            var kind = (uint)tree.Space | ((ulong)tree.Place.Shift << 32) | (tree.Place.IsAccessed ? 1UL << 40 : 0) | (tree.CanWalk ? 1UL << 41 : 0);
            _words.AddRange([kind, tree.Table, tree.Place.Prefix, tree.Place.Rights, (uint)tree.Written.Count | ((ulong)tree.Invalidated.Count << 32)]);
            _words.AddRange(tree.Written);
            _words.AddRange(tree.Invalidated);
        }

        while (_words.Count % LineWords != 0)
        {
            _words.Add(0);
        }
    }

    private void Load()
    {
        var at = 0;
        var counts = _words[at++];
        var leaves = new TlbEntry[(uint)counts];
        foreach (ref var leaf in leaves.AsSpan())
        {
            var (bits, page, tag) = (_words[at], _words[at + 1], _words[at + 2]);
            leaf = new TlbEntry((int)(uint)tag, page, new Translation(bits, (int)(tag >> 32)));
            at += 3;
        }

        var trees = new CachedTree[counts >> 32];
        foreach (ref var tree in trees.AsSpan())
        {
            var kind = _words[at];
            var place = new TablePlace(_words[at + 2], (byte)(kind >> 32), _words[at + 3], (kind & (1UL << 40)) != 0);
            tree = new CachedTree((int)(uint)kind, _words[at + 1], place) { CanWalk = (kind & (1UL << 41)) != 0 };
            var (written, invalidated) = ((int)(uint)_words[at + 4], (int)(_words[at + 4] >> 32));
            at += 5;
            tree.Written.UnionWith(_words.GetRange(at, written));
            tree.Invalidated.UnionWith(_words.GetRange(at + written, invalidated));
            at += written + invalidated;
        }

        machine.Linear.LoadWorstCase(leaves, trees, hasSameTables: !memory.HasWritten(Translations.IsDirectory));
    }
}
