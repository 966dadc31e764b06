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
    private const ulong InstructionSize = 16;

    private readonly Dictionary<ulong, CodePlace> _places = [];
    private readonly (ulong Start, CodePlace?[] Places)[] _ranges;
    private readonly CodePlace?[] _chosen;

    public CodeMap(EntryUnit unit)
    {
        foreach (var section in unit.Sections.Where(section => section.Executable))
        {
            for (var address = section.Address; address < section.Address + section.Size; address += InstructionSize)
            {
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
        _ranges = [.. Ranges()];
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
        foreach (var (start, places) in _ranges)
        {
            var index = (address - start) / InstructionSize;
            if (index < (ulong)places.Length && (address & (InstructionSize - 1)) == 0)
            {
                return places[index];
            }
        }

        return null;
    }

    // Sections, and the functions between which there are only small gaps, each as an array; the one with the most code first.
    private List<(ulong Start, CodePlace?[] Places)> Ranges()
    {
        const ulong Gap = 0x1_0000;
        var ranges = new List<(ulong, CodePlace?[])>();
        var sorted = Places.OrderBy(place => place.Address).ToList();
        for (var first = 0; first < sorted.Count;)
        {
            var end = first + 1;
            while (end < sorted.Count && sorted[end].Address - sorted[end - 1].Address < Gap)
            {
                end++;
            }

            var start = sorted[first].Address;
            var places = new CodePlace?[((sorted[end - 1].Address - start) / InstructionSize) + 1];
            foreach (var place in sorted[first..end])
            {
                places[(place.Address - start) / InstructionSize] = place;
            }

            ranges.Add((start, places));
            first = end;
        }

        return [.. ranges.OrderByDescending(range => range.Item2.Count(place => place is not null))];
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
