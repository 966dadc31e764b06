namespace EntryGen.Asm.Instructions;

/// <summary>Finds rows by mnemonic: exact names, names with a size suffix, extensions with two.</summary>
internal static class MnemonicTable
{
    private static readonly Dictionary<string, int> _statedWidths = new(StringComparer.Ordinal)
    {
        ["cbtw"] = 2,
        ["cbw"] = 2,
        ["cwtl"] = 4,
        ["cwde"] = 4,
        ["cltq"] = 8,
        ["cdqe"] = 8,
        ["cwtd"] = 2,
        ["cwd"] = 2,
        ["cltd"] = 4,
        ["cdq"] = 4,
        ["cqto"] = 8,
        ["cqo"] = 8,
        ["cmpxchg8b"] = 8,
        ["cmpxchg16b"] = 16,
        ["movabs"] = 8,
    };

    private const string MovabsWithSuffix = "movabsq";

    private static readonly Dictionary<string, MnemonicMatch> _exact = BuildExact();

    /// <summary>All names without suffixes: what a misspelt one is compared with.</summary>
    public static IReadOnlyCollection<string> Names => _exact.Keys;

    /// <summary>What a mnemonic in lower case can mean; with a suffix there can be two readings, the more specific first.</summary>
    public static IEnumerable<MnemonicMatch> Find(string mnemonic)
    {
        if (_exact.TryGetValue(mnemonic, out var exact))
        {
            yield return exact;
        }

        if (FindExtension(mnemonic) is { } extension)
        {
            yield return extension;
        }

        if (WidthOfSuffix(mnemonic[mnemonic.Length - 1]) is var width and > 0
            && _exact.TryGetValue(mnemonic.Substring(0, mnemonic.Length - 1), out var suffixed)
            && WithSuffix(suffixed, mnemonic, width) is { } match)
        {
            yield return match;
        }
    }

    private static MnemonicMatch? WithSuffix(MnemonicMatch exact, string mnemonic, int width)
    {
        if (exact.Rows[0].Op is Op.Movsx or Op.Movzx)
        {
            // movzxb: here the suffix is the width of the source.
            return exact.SourceWidth == 0 && width <= (exact.Rows[0].Op == Op.Movsx ? 4 : 2) ? exact with { SourceWidth = width } : null;
        }

        // A name that states its width takes no suffix, movabsq excepted.
        if (exact.Width != 0 && mnemonic != MovabsWithSuffix)
        {
            return null;
        }

        var rows = exact.Rows.Where(row => row.HasSuffixes && row.Widths.Contains(width)).ToList();
        return rows.Count > 0 ? exact with { Rows = rows, Width = width } : null;
    }

    /// <summary>Whether a mnemonic is the move with an operand of 64 bits in its encoding.</summary>
    public static bool IsMovabs(string mnemonic) => mnemonic is "movabs" or MovabsWithSuffix;

    /// <summary>Bytes that a size suffix stands for; 0 when the letter is none.</summary>
    public static int WidthOfSuffix(char suffix) => suffix switch
    {
        'b' => 1,
        'w' => 2,
        'l' => 4,
        'q' => 8,
        _ => 0,
    };

    /// <summary>The letter that stands for a width.</summary>
    public static char SuffixOf(int width) => width switch
    {
        1 => 'b',
        2 => 'w',
        4 => 'l',
        _ => 'q',
    };

    // movzbl, movslq: source and destination width; movzb, movsl: the source width, with a register as destination.
    private static MnemonicMatch? FindExtension(string mnemonic)
    {
        if (mnemonic.Length is not (5 or 6) || !mnemonic.StartsWith("mov", StringComparison.Ordinal) || mnemonic[3] is not ('s' or 'z'))
        {
            return null;
        }

        var source = WidthOfSuffix(mnemonic[4]);
        var width = mnemonic.Length == 6 ? WidthOfSuffix(mnemonic[5]) : 0;
        var widest = mnemonic[3] == 's' ? 4 : 2;
        if (source == 0 || source > widest || (mnemonic.Length == 6 && width <= source))
        {
            return null;
        }

        return new MnemonicMatch([InstructionTable.Get(mnemonic[3] == 's' ? Op.Movsx : Op.Movzx)], width, source, null);
    }

    private static Dictionary<string, MnemonicMatch> BuildExact()
    {
        var exact = new Dictionary<string, MnemonicMatch>(StringComparer.Ordinal);
        foreach (var row in InstructionTable.Rows)
        {
            foreach (var name in row.Mnemonics)
            {
                IReadOnlyList<InstructionInfo> rows = exact.TryGetValue(name, out var others) ? [.. others.Rows, row] : [row];
                var width = _statedWidths.TryGetValue(name, out var stated) ? stated : 0;
                exact[name] = new MnemonicMatch(rows, width, name == "movsxd" ? 4 : 0, ConditionOf(row.Op, name));
            }
        }

        return exact;
    }

    private static Condition? ConditionOf(Op op, string name)
    {
        var condition = op switch
        {
            Op.Jcc => name.Substring(1),
            Op.Set => name.Substring(3),
            Op.Cmov => name.Substring(4),
            Op.Loop => name.Substring(4),
            _ => "",
        };
        return condition.Length == 0 ? null : Conditions.Names.First(entry => entry.Name == condition).Condition;
    }
}
