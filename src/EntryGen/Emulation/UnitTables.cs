using System.Globalization;

namespace EntryGen.Emulation;

/// <summary>The tables of a unit, read from the text that generated code carries.</summary>
internal sealed class UnitTables
{
    private readonly Dictionary<string, UnitEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnitExternal> _externals = new(StringComparer.Ordinal);
    private readonly List<UnitSection> _sections = [];
    private readonly List<string> _features = [];
    private readonly Dictionary<string, long> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, UnitInstruction> _instructions = [];
    private readonly Dictionary<ulong, UnitUndefinedFlags> _undefinedFlags = [];
    private readonly Dictionary<string, int> _functionIndex = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, UnitFixup> _fixups = [];
    private readonly List<UnitExternal> _placedExternals = [];
    private readonly List<KeyValuePair<string, ulong>> _placedSymbols = [];

    public IReadOnlyDictionary<string, UnitEntry> Entries => _entries;

    public IReadOnlyDictionary<string, ulong> Symbols => _symbols;

    public IReadOnlyDictionary<string, UnitExternal> Externals => _externals;

    public IReadOnlyList<UnitSection> Sections => _sections;

    public IReadOnlyList<string> Features => _features;

    public IReadOnlyDictionary<string, long> Constants => _constants;

    public IReadOnlyDictionary<ulong, UnitInstruction> Instructions => _instructions;

    public IReadOnlyDictionary<ulong, UnitUndefinedFlags> UndefinedFlags => _undefinedFlags;

    public IReadOnlyDictionary<string, int> FunctionIndex => _functionIndex;

    public IReadOnlyDictionary<ulong, UnitFixup> Fixups => _fixups;

    public bool UserMapsThreadStack { get; private set; }

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
                throw new FormatException(
                    $"The tables of unit '{unit}' are damaged at line {number}: '{line}'. Build the unit again with the generator of this package.", e);
            }
        }

        tables.Place();
        return tables;
    }

    public UnitExternal? FindExternal(ulong address)
    {
        var index = Search(_placedExternals, address, static e => e.Address);
        if (index < 0)
        {
            return null;
        }

        var found = _placedExternals[index];
        return address - found.Address < Math.Max(found.Size, 1) ? found : null;
    }

    public UnitLocation? Locate(ulong address)
    {
        var inSection = _sections.Exists(s => address - s.Address < Math.Max(s.Size, 1));
        if (!inSection && FindExternal(address) is { } external)
        {
            return new UnitLocation(external.Name, address - external.Address);
        }

        var index = inSection ? Search(_placedSymbols, address, static s => s.Value) : -1;
        return index < 0 ? null : new UnitLocation(_placedSymbols[index].Key, address - _placedSymbols[index].Value);
    }

    private void Add(string[] field)
    {
        switch (field[0])
        {
            case "section":
                var data = field.Length > 5 ? Convert.FromHexString(field[5]) : default;
                _sections.Add(new UnitSection(field[1], Hex(field[2]), Hex(field[3]), field[4].Contains('x'), field[4].Contains('u'), data));
                break;
            case "stack":
                UserMapsThreadStack = field[1] == "thread" && field[2] == "u";
                break;
            case "symbol":
                _symbols.TryAdd(field[1], Hex(field[2]));
                break;
            case "entry":
                var kind = Enum.TryParse<EntryKind>(field[3], ignoreCase: true, out var found) ? found : throw new FormatException("No such kind of entry.");
                _entries.TryAdd(field[1], new UnitEntry(field[1], Hex(field[2]), kind, field.Length > 4 ? byte.Parse(field[4], CultureInfo.InvariantCulture) : null));
                break;
            case "external":
                _externals.TryAdd(field[1], new UnitExternal(field[1], Kind(field[2]), Hex(field[3]), Hex(field[4]), field[5] == "u"));
                break;
            case "function":
                _functionIndex.TryAdd(field[1], int.Parse(field[2], CultureInfo.InvariantCulture));
                break;
            case "feature":
                if (int.Parse(field[1], CultureInfo.InvariantCulture) != _features.Count)
                {
                    throw new FormatException("Features are out of order.");
                }

                _features.Add(field[2]);
                break;
            case "constant":
                _constants.TryAdd(field[1], long.Parse(field[2], CultureInfo.InvariantCulture));
                break;
            case "insn":
                var address = Hex(field[1]);
                _instructions.TryAdd(address, new UnitInstruction(address, field[2], field[3], field.Length > 4 ? field[4] : ""));
                break;
            case "fixup":
                _fixups.TryAdd(Hex(field[1]), new UnitFixup(Hex(field[1]), Hex(field[2]), int.Parse(field[3], CultureInfo.InvariantCulture)));
                break;
            case "undefined":
                _undefinedFlags.TryAdd(Hex(field[1]), new UnitUndefinedFlags((int)Hex(field[2]), [.. field[3].Split(' ').Select(FlagsFromCount)]));
                break;
            default:
                throw new FormatException("No such kind of record.");
        }
    }

    private static (int Count, ulong Flags) FlagsFromCount(string text)
    {
        var split = text.Split('=');
        return (int.Parse(split[0], CultureInfo.InvariantCulture), Hex(split[1]));
    }

    private void Place()
    {
        _sections.Sort(static (a, b) => a.Address.CompareTo(b.Address));
        var placed = _externals.Values.Where(e => e.Kind != ExternalKind.PerCpu);
        _placedExternals.AddRange(placed.OrderBy(e => e.Address).ThenBy(e => e.Name, StringComparer.Ordinal));

        // Of several labels at one address the last in ordinal order of name is found; local ones (.L) sort before the others.
        _placedSymbols.AddRange(_symbols.OrderBy(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal));
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

    private static ulong Hex(string text)
    {
        var digits = text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        return ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    private static ExternalKind Kind(string text) => text switch
    {
        "function" => ExternalKind.Function,
        "percpu" => ExternalKind.PerCpu,
        "data" => ExternalKind.Data,
        _ => throw new FormatException("No such kind of external."),
    };
}
