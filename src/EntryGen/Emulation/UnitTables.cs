using System.Globalization;

namespace EntryGen.Emulation;

/// <summary>The tables of a unit, read from the text that generated code carries.</summary>
internal sealed class UnitTables
{
    private readonly Dictionary<string, UnitEntry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnitExternal> externals = new(StringComparer.Ordinal);
    private readonly List<UnitSection> sections = [];
    private readonly List<string> features = [];
    private readonly Dictionary<string, long> constants = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, UnitInstruction> instructions = [];
    private readonly Dictionary<string, int> functionIndex = new(StringComparer.Ordinal);
    private readonly List<UnitExternal> placedExternals = [];
    private readonly List<KeyValuePair<string, ulong>> placedSymbols = [];

    public IReadOnlyDictionary<string, UnitEntry> Entries => entries;

    public IReadOnlyDictionary<string, ulong> Symbols => symbols;

    public IReadOnlyDictionary<string, UnitExternal> Externals => externals;

    public IReadOnlyList<UnitSection> Sections => sections;

    public IReadOnlyList<string> Features => features;

    public IReadOnlyDictionary<string, long> Constants => constants;

    public IReadOnlyDictionary<ulong, UnitInstruction> Instructions => instructions;

    public IReadOnlyDictionary<string, int> FunctionIndex => functionIndex;

    /// <exception cref="FormatException">The text was not written by the generator that belongs to this library.</exception>
    public static UnitTables Parse(string unit, string text)
    {
        var tables = new UnitTables();
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.IsEmpty)
            {
                continue;
            }

            try
            {
                tables.Add(line.ToString().Split('\t'));
            }
            catch (Exception e) when (e is FormatException or OverflowException or IndexOutOfRangeException)
            {
                throw new FormatException($"The tables of unit '{unit}' are damaged at line {number}: '{line}'. Build the unit again with the generator of this package.", e);
            }
        }

        tables.Place();
        return tables;
    }

    public UnitExternal? FindExternal(ulong address)
    {
        var index = Search(placedExternals, address, static e => e.Address);
        if (index < 0)
        {
            return null;
        }

        var found = placedExternals[index];
        return address - found.Address < Math.Max(found.Size, 1) ? found : null;
    }

    public UnitLocation? Locate(ulong address)
    {
        var inSection = sections.Exists(s => address - s.Address < Math.Max(s.Size, 1));
        if (!inSection && FindExternal(address) is { } external)
        {
            return new UnitLocation(external.Name, address - external.Address);
        }

        var index = inSection ? Search(placedSymbols, address, static s => s.Value) : -1;
        return index < 0 ? null : new UnitLocation(placedSymbols[index].Key, address - placedSymbols[index].Value);
    }

    private void Add(string[] field)
    {
        switch (field[0])
        {
            case "section":
                sections.Add(new UnitSection(field[1], Hex(field[2]), Hex(field[3]), field[4].Contains('x'), field[4].Contains('u'), field.Length > 5 ? Convert.FromHexString(field[5]) : default));
                break;
            case "symbol":
                symbols.TryAdd(field[1], Hex(field[2]));
                break;
            case "entry":
                entries.TryAdd(field[1], new UnitEntry(field[1], Hex(field[2]), Enum.TryParse<EntryKind>(field[3], ignoreCase: true, out var kind) ? kind : throw new FormatException("No such kind of entry.")));
                break;
            case "external":
                externals.TryAdd(field[1], new UnitExternal(field[1], Kind(field[2]), Hex(field[3]), Hex(field[4]), field[5] == "u"));
                break;
            case "function":
                functionIndex.TryAdd(field[1], int.Parse(field[2], CultureInfo.InvariantCulture));
                break;
            case "feature":
                if (int.Parse(field[1], CultureInfo.InvariantCulture) != features.Count)
                {
                    throw new FormatException("Features are out of order.");
                }

                features.Add(field[2]);
                break;
            case "constant":
                constants.TryAdd(field[1], long.Parse(field[2], CultureInfo.InvariantCulture));
                break;
            case "insn":
                var address = Hex(field[1]);
                instructions.TryAdd(address, new UnitInstruction(address, field[2], field[3], field.Length > 4 ? field[4] : ""));
                break;
            default:
                throw new FormatException("No such kind of record.");
        }
    }

    private void Place()
    {
        sections.Sort(static (a, b) => a.Address.CompareTo(b.Address));
        placedExternals.AddRange(externals.Values.Where(e => e.Kind != ExternalKind.PerCpu).OrderBy(e => e.Address).ThenBy(e => e.Name, StringComparer.Ordinal));

        // Of several labels at one address the last in ordinal order of name is found; local ones (.L) sort before the others.
        placedSymbols.AddRange(symbols.OrderBy(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal));
    }

    /// <summary>The last item whose address is not above <paramref name="address"/>, or -1.</summary>
    private static int Search<T>(List<T> items, ulong address, Func<T, ulong> key)
    {
        int low = 0, high = items.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (key(items[middle]) <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    private static ulong Hex(string text) => ulong.Parse(text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static ExternalKind Kind(string text) => text switch
    {
        "function" => ExternalKind.Function,
        "percpu" => ExternalKind.PerCpu,
        "data" => ExternalKind.Data,
        _ => throw new FormatException("No such kind of external."),
    };
}
