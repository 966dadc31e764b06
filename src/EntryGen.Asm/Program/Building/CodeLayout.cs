using EntryGen.Asm.Gas.Expressions;

namespace EntryGen.Asm.Building;

/// <summary>Gives everything its address. The only place that does.</summary>
/// <remarks>
/// An instruction takes 16 bytes whatever its encoding, so that addresses are distinct and ordered and do not depend on an assembler. Data among code comes first
/// in its section. Where the source says where code has to stand (<see cref="CodePositions"/>), it stands there, and the instructions of the section take fewer bytes if they must. Replacement code follows the original inside its site; a site without original code takes 16 bytes itself.
/// </remarks>
internal sealed class CodeLayout(CodeGraph graph, Reachability reachable)
{
    /// <summary>Bytes an instruction takes, unless the source says where code has to stand and there is less room.</summary>
    public const int InstructionSize = 16;

    private const int PageSize = 0x1000;
    private const ulong OtherCode = 0xffff_ffff_81d0_0000;
    private const ulong Functions = 0xffff_ffff_8180_0000;
    private const ulong Data = 0xffff_ffff_8300_0000;
    private const ulong ExternalData = 0xffff_ffff_8380_0000;
    private const ulong EntryTextData = 0xffff_ffff_8240_0000;
    private const int DataStep = 64;
    private const ulong KernelPerCpu = 0x1_0000;

    private static readonly (string Name, ulong Address)[] _knownSections =
    [
        (".text", 0xffff_ffff_8100_0000),
        (".noinstr.text", 0xffff_ffff_81c0_0000),
        (".entry.text", 0xffff_ffff_8200_0000),
    ];

    /// <summary>The items that are kept, in order of address within each section.</summary>
    public List<CodeItem> Items { get; } = [];

    /// <summary>Places all code and data that is kept.</summary>
    /// <returns>The sections, without the contents of data.</returns>
    public IReadOnlyList<PlacedSection> Place()
    {
        var sections = new List<PlacedSection>();
        var byName = graph.CodeSections().GroupBy(section => section.Name).ToList();
        var next = OtherCode;
        foreach (var group in byName)
        {
            var known = _knownSections.FirstOrDefault(section => section.Name == group.Key).Address;
            var placed = PlaceCode(group.Key, [.. group], known == 0 ? next : known);
            if (placed is not null)
            {
                sections.Add(placed);
                next = known == 0 ? RoundUp(placed.Address + (ulong)placed.Size, PageSize) : next;
            }
        }

        next = Data;
        foreach (var group in reachable.Data.Where(section => !section.IsCode).GroupBy(section => section.Name))
        {
            var elements = group.SelectMany(section => section.Elements.OfType<DataElement>().Select(element => (section, element))).ToList();
            var end = PlaceData(elements, next);
            sections.Add(new PlacedSection(group.Key, next, (int)(end - next), null, elements));
            Close(group, end);
            next = RoundUp(end, PageSize);
        }

        return sections;
    }

    /// <summary>Places what the Program does not define.</summary>
    public static IReadOnlyList<ExternalSymbol> PlaceExternals(ExternalTable table, IReadOnlyList<PerCpuVariable> given)
    {
        var variables = given.ToDictionary(variable => variable.Name, StringComparer.Ordinal);
        var perCpu = PlacePerCpu(
            [.. table.Names.Where(name => table.KindOf(name) == ExternalKind.PerCpu)
                .Select(name => variables.TryGetValue(name, out var own) ? own : KernelSymbols.FindPerCpu(name) ?? new PerCpuVariable(name, null, 8, false))]);
        var function = Functions;
        var data = ExternalData;
        var entryTextData = EntryTextData;
        var result = new List<ExternalSymbol>();
        foreach (var name in table.Names)
        {
            switch (table.KindOf(name))
            {
                case ExternalKind.Function:
                    result.Add(new ExternalSymbol(name, ExternalKind.Function, function, 0, false));
                    function += InstructionSize;
                    break;
                case ExternalKind.PerCpu:
                    result.Add(perCpu[name]);
                    break;
                default:
                    var size = KernelSymbols.DataSize(name);
                    var isEntryText = KernelSymbols.IsEntryTextData(name);
                    ref var place = ref isEntryText ? ref entryTextData : ref data;
                    result.Add(new ExternalSymbol(name, ExternalKind.Data, place, size, isEntryText));
                    place = RoundUp(place + (ulong)size, DataStep);
                    break;
            }
        }

        return result;
    }

    // User-mapped variables take whole pages at the start, so that nothing else shares a page that user mode can see.
    private static Dictionary<string, ExternalSymbol> PlacePerCpu(IReadOnlyList<PerCpuVariable> variables)
    {
        var placed = new Dictionary<string, ExternalSymbol>(StringComparer.Ordinal);
        var given = new List<(ulong Start, ulong End)>();
        foreach (var variable in variables.Where(variable => variable.Offset is not null))
        {
            var size = variable.UserMapped ? RoundUp((ulong)variable.Size, PageSize) : (ulong)variable.Size;
            given.Add((variable.Offset!.Value, variable.Offset.Value + Math.Max(1, size)));
            Put(variable, variable.Offset.Value);
        }

        var next = 0UL;
        foreach (var variable in variables.Where(variable => variable is { Offset: null, UserMapped: true }))
        {
            Put(variable, TakeRoom(PageSize, RoundUp((ulong)Math.Max(1, variable.Size), PageSize)));
        }

        next = Math.Max(next, KernelPerCpu);
        foreach (var variable in variables.Where(variable => variable is { Offset: null, UserMapped: false }))
        {
            Put(variable, TakeRoom(DataStep, RoundUp((ulong)Math.Max(1, variable.Size), DataStep)));
        }

        return placed;

        void Put(PerCpuVariable variable, ulong offset) =>
            placed[variable.Name] = new ExternalSymbol(variable.Name, ExternalKind.PerCpu, offset, variable.Size, variable.UserMapped);

        // The next place behind the last one that is clear of those given.
        ulong TakeRoom(int step, ulong size)
        {
            while (given.Where(range => range.Start < next + size && next < range.End).Select(range => range.End).DefaultIfEmpty(0UL).Max() is var end and > 0)
            {
                next = RoundUp(end, step);
            }

            next += size;
            return next - size;
        }
    }

    private PlacedSection? PlaceCode(string name, IReadOnlyList<UnitSection> sections, ulong start)
    {
        var elements = sections
            .Where(section => reachable.Data.Contains(section))
            .SelectMany(section => section.Elements.OfType<DataElement>().Select(element => (section, element)))
            .ToList();
        var positioned = sections.SelectMany(Positioned).ToList();
        var size = InstructionSizeFor(positioned);
        var address = RoundUp(PlaceData(elements, start), size);
        foreach (var (item, positions) in positioned)
        {
            address = positions.Aggregate(address, Move);
            item.Index = Items.Count;
            item.Address = address;
            Items.Add(item);
            address += (ulong)(SlotsOf(item) * size);
        }

        Close(sections, address);
        var items = positioned.ConvertAll(entry => entry.Item);
        return items.Count == 0 && elements.Count == 0 ? null : new PlacedSection(name, start, (int)(address - start), items, elements) { InstructionSize = size };
    }

    // The items that are kept, each with what is said of it and of those before it that are not kept.
    private IEnumerable<(CodeItem Item, IReadOnlyList<CodePosition> Positions)> Positioned(UnitSection section)
    {
        var positions = CodePositions.Of(section, graph.Linker);
        List<CodePosition> pending = [];
        foreach (var item in graph.ItemsOf(section))
        {
            if (positions.At(item) is { } position)
            {
                pending.Add(position);
            }

            if (reachable.Keeps(item))
            {
                yield return (item, pending);
                pending = [];
            }
        }
    }

    // Code that has to stand at a distance from other code may leave less room than 16 bytes an instruction: as much as there is then, in the whole section.
    private static int InstructionSizeFor(List<(CodeItem Item, IReadOnlyList<CodePosition> Positions)> code)
    {
        var size = InstructionSize;
        var slots = 0;
        var slotOf = new Dictionary<CodeItem, int>();
        foreach (var (item, positions) in code)
        {
            slotOf.Add(item, slots);
            foreach (var position in positions)
            {
                var needed = position.Origin is { } origin && slotOf.TryGetValue(origin, out var first) ? slots - first : 0;
                while (needed * size > position.Distance && needed <= position.Distance)
                {
                    size /= 2;
                }
            }

            slots += SlotsOf(item);
        }

        return size;
    }

    // Never backwards; an origin that is not kept says nothing.
    private static ulong Move(ulong address, CodePosition position)
    {
        address = position.StartsPage ? RoundUp(address, PageSize) : address;
        return position.Origin is { Address: > 0 } origin ? Math.Max(address, origin.Address + (ulong)position.Distance) : address;
    }

    private static int SlotsOf(CodeItem item) => item is AlternativeSite site && HasOriginal(site) ? 0 : 1;

    private static bool HasOriginal(AlternativeSite site) => !ReferenceEquals(site.Original, site.Next);

    private static ulong PlaceData(List<(UnitSection Section, DataElement Element)> elements, ulong address)
    {
        foreach (var (_, element) in elements)
        {
            address = RoundUp(address, element.Alignment);
            element.Address = address;
            address += (ulong)element.Size;
        }

        return address;
    }

    private static void Close(IEnumerable<UnitSection> sections, ulong end)
    {
        foreach (var section in sections)
        {
            section.EndAddress = end;
        }
    }

    private static ulong RoundUp(ulong value, int multiple) => (value + (ulong)multiple - 1) / (ulong)multiple * (ulong)multiple;
}
