using System.Numerics;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>What the explorer must know about the instruction or C function at an address.</summary>
/// <param name="Number">Its number, from 0, in the order of addresses.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Name">The instruction, or the function.</param>
/// <param name="Kind">What it does to control.</param>
/// <param name="Instruction">The instruction as written; null for a function, and where RIP stands before the choice of an alternative.</param>
internal sealed record CodePlace(int Number, ulong Address, string Name, CodeKind Kind, UnitInstruction? Instruction)
{
    /// <summary>Whether it is code of the unit: at the first instruction of an alternative another one may run in its place.</summary>
    public bool IsInstruction => Kind is CodeKind.Plain or CodeKind.Return or CodeKind.NearReturn;
}

/// <summary>What an instruction or function is to the explorer.</summary>
internal enum CodeKind
{
    /// <summary>An instruction that stays in the activation.</summary>
    Plain,

    /// <summary>IRET, SYSRET or ERET: an activation may end.</summary>
    Return,

    /// <summary>RET: a called routine may end.</summary>
    NearReturn,

    /// <summary>A C function.</summary>
    Function,

    /// <summary>A C function that decides on which stack an event is handled, and so is called on others.</summary>
    StackFunction,

    /// <summary>A thunk or barrier of other assembly files: it has no view of the kernel.</summary>
    Thunk,
}

/// <summary>The instructions of a unit and its external functions by address.</summary>
internal sealed class CodeMap
{
    /// <summary>The distance of instructions in a unit's layout.</summary>
    public const ulong InstructionSize = 16;

    private readonly Dictionary<ulong, CodePlace> _places = [];
    private readonly CodeRange[] _ranges;
    private readonly CodePlace?[] _chosen;

    public CodeMap(EntryUnit unit)
    {
        var sizes = new Dictionary<int, ulong>();
        foreach (var section in unit.Sections.Where(section => section.Executable))
        {
            var size = SizeIn(section, unit);
            for (var address = section.Address; address < section.Address + section.Size; address += size)
            {
                sizes[Places.Count] = size;

                // Where there is no instruction there is the choice between those of an alternative, or data.
                var instruction = unit.Instructions.GetValueOrDefault(address);
                Add(address, instruction?.Text.Replace('\t', ' ') ?? "", instruction is null ? CodeKind.Plain : KindOf(instruction), instruction);
            }
        }

        foreach (var function in unit.Externals.Values.Where(external => external.Kind == ExternalKind.Function).OrderBy(external => external.Address))
        {
            Add(function.Address, function.Name, KindOf(function), null);
        }

        _chosen = new CodePlace?[Places.Count];
        _ranges = [.. Ranges(place => sizes.GetValueOrDefault(place.Number, InstructionSize))];
    }

    /// <summary>The instruction that runs when RIP is at a place: of an alternative the code that the features choose; null while it is not known.</summary>
    public CodePlace? ChosenAt(CodePlace place) => Volatile.Read(ref _chosen[place.Number]);

    /// <summary>Says which one that is. The features decide, so that it is always the same.</summary>
    public void Choose(CodePlace place, ulong address) => Volatile.Write(ref _chosen[place.Number], At(address));

    /// <summary>All places, by number.</summary>
    public List<CodePlace> Places { get; } = [];

    /// <summary>What is at an address; null outside of all code.</summary>
    public CodePlace? At(ulong address)
    {
        foreach (var range in _ranges)
        {
            if (range.At(address) is { } place)
            {
                return place;
            }
        }

        return null;
    }

    // Where the source says at what distance code stands (FRED's entry points), a section's instructions may have less room.
    private static ulong SizeIn(UnitSection section, EntryUnit unit)
    {
        var size = InstructionSize;
        foreach (var offset in unit.Instructions.Keys.Select(address => address - section.Address).Where(offset => offset < section.Size))
        {
            // Euclid: the greatest size of which both are multiples.
            for (var rest = offset % size; rest != 0; rest = offset % size)
            {
                while (size % rest != 0)
                {
                    rest = size % rest;
                }

                size = rest;
            }
        }

        return size;
    }

    // Code without gaps but small ones, as one range each; the one with the most code first.
    private List<CodeRange> Ranges(Func<CodePlace, ulong> sizeOf)
    {
        const ulong Gap = 0x1_0000;
        var ranges = new List<CodeRange>();
        var sorted = Places.OrderBy(place => place.Address).ToList();
        for (var first = 0; first < sorted.Count;)
        {
            var (end, size) = (first + 1, sizeOf(sorted[first]));
            while (end < sorted.Count && sorted[end].Address - sorted[end - 1].Address < Gap && sizeOf(sorted[end]) == size)
            {
                end++;
            }

            ranges.Add(new CodeRange(sorted[first..end], size));
            first = end;
        }

        return [.. ranges.OrderByDescending(range => range.Count)];
    }

    private void Add(ulong address, string name, CodeKind kind, UnitInstruction? instruction)
    {
        var place = new CodePlace(Places.Count, address, name, kind, instruction);
        if (_places.TryAdd(address, place))
        {
            Places.Add(place);
        }
    }

    private static CodeKind KindOf(UnitInstruction instruction)
    {
        var text = instruction.Text.AsSpan().TrimStart();
        return text.StartsWith("iret") || text.StartsWith("sysret") || text.StartsWith("eret") || text.StartsWith("sysexit") ? CodeKind.Return
            : text.StartsWith("ret") ? CodeKind.NearReturn
            : CodeKind.Plain;
    }

    private static CodeKind KindOf(UnitExternal function) => CFunctionKinds.Of(function.Name) switch
    {
        CFunctionKind.Thunk => CodeKind.Thunk,
        CFunctionKind.StackSwitch => CodeKind.StackFunction,
        _ => CodeKind.Function,
    };
}

/// <summary>Code that lies together, as an array.</summary>
internal sealed class CodeRange
{
    private readonly ulong _start;
    private readonly ulong _size;
    private readonly int _shift;
    private readonly CodePlace?[] _places;

    /// <summary>Makes one.</summary>
    /// <param name="places">The places, in the order of their addresses.</param>
    /// <param name="size">What their distances are multiples of.</param>
    public CodeRange(List<CodePlace> places, ulong size)
    {
        (_start, _size, Count) = (places[0].Address, size, places.Count);
        _shift = BitOperations.IsPow2(size) ? BitOperations.TrailingZeroCount(size) : -1;
        _places = new CodePlace?[((places[^1].Address - _start) / size) + 1];
        foreach (var place in places)
        {
            _places[(place.Address - _start) / size] = place;
        }
    }

    /// <summary>How many places there are.</summary>
    public int Count { get; }

    /// <summary>The place at an address, or null.</summary>
    public CodePlace? At(ulong address)
    {
        var offset = address - _start;
        var index = _shift >= 0 ? offset >> _shift : offset / _size;
        return index < (ulong)_places.Length && _places[index] is { } place && place.Address == address ? place : null;
    }
}
