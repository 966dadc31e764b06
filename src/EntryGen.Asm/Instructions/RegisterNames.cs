namespace EntryGen.Asm.Instructions;

/// <summary>The registers that operands can name, by name.</summary>
public static class RegisterNames
{
    private static readonly string[] _legacy = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
    private static readonly string[] _segments = ["es", "cs", "ss", "ds", "fs", "gs"];
    private static readonly Dictionary<string, Register> _byName = Build();
    private static readonly Dictionary<Register, string> _names = _byName.GroupBy(pair => pair.Value, pair => pair.Key).ToDictionary(group => group.Key, group => group.First());

    /// <summary>All names, lower case without the percent sign.</summary>
    public static IReadOnlyCollection<string> All => _byName.Keys;

    /// <summary>The register of a name, without the percent sign and in any case; null when there is none.</summary>
    public static Register? Find(string name) =>
        _byName.TryGetValue(name, out var register) || _byName.TryGetValue(name.ToLowerInvariant(), out register) ? register : null;

    // Files of registers that entry code does not use, but that macros may be given and compare.
    private static readonly string[] _others = ["xmm", "ymm", "zmm", "mm", "st", "k", "bnd", "tmm", "tr", "cr", "dr"];

    /// <summary>Whether a name in lower case is that of a register of the architecture, used by entry code or not.</summary>
    public static bool IsKnown(string name) =>
        Find(name) is not null || name is "eip" or "riz" or "eiz" or "flat" || Array.Exists(_others, file => name.StartsWith(file, StringComparison.Ordinal) && IsNumber(name, file.Length));

    /// <summary>The name of a register, without the percent sign.</summary>
    public static string NameOf(Register register) => _names[register];

    private static bool IsNumber(string name, int start)
    {
        for (var i = start; i < name.Length; i++)
        {
            if (name[i] is < '0' or > '9')
            {
                return false;
            }
        }

        return name.Length > start || name == "st";
    }

    private static Dictionary<string, Register> Build()
    {
        var names = new Dictionary<string, Register>(StringComparer.Ordinal);
        for (var i = 0; i < 8; i++)
        {
            names.Add("r" + _legacy[i], new(RegisterClass.General, i, 8));
            names.Add("e" + _legacy[i], new(RegisterClass.General, i, 4));
            names.Add(_legacy[i], new(RegisterClass.General, i, 2));
            names.Add(i < 4 ? _legacy[i].Substring(0, 1) + "l" : _legacy[i] + "l", new(RegisterClass.General, i, 1));
        }

        for (var i = 0; i < 4; i++)
        {
            names.Add(_legacy[i].Substring(0, 1) + "h", new(RegisterClass.General, i, 1, HighByte: true));
        }

        for (var i = 8; i < 16; i++)
        {
            names.Add($"r{i}", new(RegisterClass.General, i, 8));
            names.Add($"r{i}d", new(RegisterClass.General, i, 4));
            names.Add($"r{i}w", new(RegisterClass.General, i, 2));
            names.Add($"r{i}b", new(RegisterClass.General, i, 1));
        }

        for (var i = 0; i < _segments.Length; i++)
        {
            names.Add(_segments[i], new(RegisterClass.Segment, i, 2));
        }

        foreach (var i in new[] { 0, 2, 3, 4, 8 })
        {
            names.Add($"cr{i}", new(RegisterClass.Control, i, 8));
        }

        for (var i = 0; i < 8; i++)
        {
            names.Add($"db{i}", new(RegisterClass.Debug, i, 8));
            names.Add($"dr{i}", new(RegisterClass.Debug, i, 8));
        }

        names.Add("rip", Register.Rip);
        return names;
    }
}
