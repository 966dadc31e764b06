using EntryGen.Asm;

namespace EntryGen.Generators.Emission;

/// <summary>Numbers for items, and the generated functions that find them by address.</summary>
/// <remarks>Instructions count from 0 in layout order; alternative sites follow all of them, so that a comparison tells the two apart.</remarks>
internal sealed class CodeIndex
{
    private readonly Dictionary<CodeItem, int> _numbers = [];
    private readonly List<CodeSection> _sections;
    private readonly Dictionary<ulong, CodeItem> _byAddress = [];

    public CodeIndex(Program program)
    {
        Instructions = [.. program.Items.OfType<Instruction>()];
        Sites = [.. program.Items.OfType<AlternativeSite>()];
        foreach (var instruction in Instructions)
        {
            _numbers.Add(instruction, _numbers.Count);
        }

        foreach (var site in Sites)
        {
            _numbers.Add(site, _numbers.Count);
        }

        // A site and its first original instruction share an address: what stands there is the choice.
        foreach (var item in program.Items)
        {
            if (!_byAddress.ContainsKey(item.Address) || item is AlternativeSite)
            {
                _byAddress[item.Address] = item;
            }
        }

        var used = new HashSet<CodeSection>(program.Items.Select(item => item.Section));
        _sections = [.. program.Sections.Where(used.Contains).OrderBy(section => section.Address)];
    }

    /// <summary>The instructions in layout order.</summary>
    public IReadOnlyList<Instruction> Instructions { get; }

    /// <summary>The alternative sites in layout order.</summary>
    public IReadOnlyList<AlternativeSite> Sites { get; }

    /// <summary>The number of an item.</summary>
    public int this[CodeItem item] => _numbers[item];

    /// <summary>Writes <c>SlotOf</c>: the place of an address in the tables, -1 outside of the code.</summary>
    public void WriteSlotOf(IndentedWriter writer)
    {
        writer.Line("// The place of an address in the tables below; -1 outside of the unit's code.");
        using (writer.Braces("private static int SlotOf(ulong address)"))
        using (writer.Braces("unchecked"))
        {
            var first = 0;
            foreach (var section in _sections)
            {
                var slots = SlotsOf(section);
                writer.Line($"// {Explanations.OneLine(section.Name)}");
                using (writer.Braces($"if (address - {Value.Number(section.Address)} < {Value.Number((ulong)slots * (ulong)section.InstructionSize)})"))
                {
                    var slot = $"(int)(address - {Value.Number(section.Address)} >> {ShiftOf(section)}){(first == 0 ? "" : $" + {first}")}";
                    writer.Line(section.InstructionSize == 1 ? $"return {slot};" : $"return (address & {section.InstructionSize - 1}UL) == 0 ? {slot} : -1;");
                }

                writer.Line();
                first += slots;
            }

            writer.Line("return -1;");
        }
    }

    /// <summary>Writes a table with one number for each slot.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="name">The table's name.</param>
    /// <param name="numberOf">The number for the item at an address; -1 for none.</param>
    public void WriteTable(IndentedWriter writer, string name, Func<CodeItem, int> numberOf)
    {
        var numbers = new List<string>();
        foreach (var section in _sections)
        {
            var slots = SlotsOf(section);
            for (var slot = 0; slot < slots; slot++)
            {
                numbers.Add(_byAddress.TryGetValue(section.Address + (ulong)(slot * section.InstructionSize), out var item) ? numberOf(item).ToString(System.Globalization.CultureInfo.InvariantCulture) : "-1");
            }
        }

        writer.Line($"private static global::System.ReadOnlySpan<int> {name} =>");
        writer.Line("[");
        const int PerLine = 24;
        using (writer.Indent())
        {
            for (var i = 0; i < numbers.Count; i += PerLine)
            {
                writer.Line(string.Join(", ", numbers.Skip(i).Take(PerLine)) + ",");
            }
        }

        writer.Line("];");
    }

    // As many as hold the items, whatever the section's size is said to be.
    private int SlotsOf(CodeSection section)
    {
        var end = _byAddress.Values.Where(item => item.Section == section).Select(item => item.Address - section.Address).DefaultIfEmpty().Max();
        return (int)(end / (ulong)section.InstructionSize) + 1;
    }

    private static int ShiftOf(CodeSection section)
    {
        var shift = 0;
        while (1 << shift < section.InstructionSize)
        {
            shift++;
        }

        return shift;
    }
}
