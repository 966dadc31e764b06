using System.Text.RegularExpressions;
using EntryGen.Asm.Diagnostics;

namespace EntryGen.OracleTests.Rules.Corpus;

/// <summary>Says whether a finding is the bug that an edit recreates: its class, at one of its entry points, in its feature state.</summary>
public static partial class CorpusJudge
{
    // Which rules speak of a class. Where a class says how a mistake was made (an argument, a register), the rules about what comes of it count too.
    private static readonly Dictionary<string, string> _rules = new(StringComparer.Ordinal)
    {
        ["swapgs"] = "EG2001|EG2003|EG2006",
        ["swapgs-fence"] = "EG3",
        ["cr3-missing"] = "EG2002|EG2007",
        ["cr3-restore"] = "EG2002|EG2004|EG2005|EG2007|EG2030",
        ["macro-arg"] = "EG1|EG2005|EG2010|EG2011|EG2018|EG2030|EG2033|EG2034",
        ["clobber"] = "EG1|EG2010|EG2017|EG2030|EG2033|EG2034",
        ["stack"] = "EG2007|EG2008|EG2013|EG2014|EG2015|EG2016|EG2025|EG2032|EG2034",
        ["pcid"] = "EG2012|EG2018|EG2019|EG2030",
        ["nmi-nesting"] = "EG2011|EG2015|EG2020",
        ["ist"] = "EG2013|EG2014",
        ["flags"] = "EG2009|EG3",
        ["mitigation"] = "EG3|EG2002|EG2007|EG2010|EG2017",
        ["endbr"] = "EG3",
        ["unwind"] = "EG2023|EG2024|EG3",
        ["fred"] = "EG2021|EG2022",
    };

    // How the table names entry points.
    private static readonly (string Words, string Symbols)[] _entries =
    [
        ("SYSCALL64", "entry_SYSCALL_64"),
        ("SYSCALL32|SYSRETL|32-bit syscalls", "entry_SYSCALL_compat|entry_SYSENTER_compat"),
        ("SYSENTER", "entry_SYSENTER_compat"),
        ("INT 0x80", "int80|INT80"),
        ("NMI", "asm_exc_nmi"),
        ("#DB", "asm_exc_debug"),
        ("#MC", "asm_exc_machine_check"),
        ("#DF", "asm_exc_double_fault"),
        ("#VC", "asm_exc_vmm_communication"),
        ("#BP", "asm_exc_int3"),
        ("paranoid_entry", "asm_exc_"),
        ("idtentry|[Ee]xceptions|fault on IRET", "asm_exc_|asm_sysvec_|_interrupt$|asm_xenpv_|xen_"),
        ("IRET to", "^asm_|^entry_"),
        ("all ", ""),
        ("FRED", "asm_fred_"),
        (@"^\w+$", "$0"),
    ];

    /// <summary>Whether a finding is the edit's bug. Rules that look at the text alone name no entries: for them the file decides.</summary>
    public static bool IsIt(CorpusEdit edit, AsmDiagnostic found) =>
        _rules.TryGetValue(edit.Class, out var rules) && Regex.IsMatch(found.Id, $"^({rules})")
        && (found.Detail is not { Entries.Count: > 0 } detail
            ? found.Span is { } span && edit.File.EndsWith(Path.GetFileName(span.Source.Path), StringComparison.Ordinal)
            : detail.Entries.Any(entry => IsEntry(edit.EntryPoints, entry)) && IsReachable(edit.FeatureState, detail.Features));

    /// <summary>Whether a symbol is one of the entry points that the table names in words.</summary>
    public static bool IsEntry(string words, string symbol) => _entries.Any(entry =>
        Regex.Match(words, entry.Words) is { Success: true } match && Regex.IsMatch(symbol, entry.Symbols.Replace("$0", match.Value, StringComparison.Ordinal)));

    // A condition is a sum of products; one of them must allow the state. In "A=1 or B=1" either will do.
    private static bool IsReachable(string state, string features) => features.Split(" | ").Any(product => state.Split(" or ").Any(alternative =>
        !FeatureValue().Matches(alternative).Any(match =>
            product.Split(',').Contains((match.Groups["value"].Value == "1" ? "!" : "") + match.Groups["name"].Value))));

    [GeneratedRegex(@"\b(?<name>[A-Z_]+)=(?<value>[01])")]
    private static partial Regex FeatureValue();
}
