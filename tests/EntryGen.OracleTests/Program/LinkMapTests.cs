using System.Text.RegularExpressions;
using EntryGen.Asm;

namespace EntryGen.OracleTests;

/// <summary>What stays external when a tree's units are linked, against the undefined symbols of the objects and against the tree's own assembly files.</summary>
public partial class LinkMapTests
{
    [KernelTheory]
    [MemberData(nameof(ProgramTests.Units), MemberType = typeof(ProgramTests))]
    public void A_unit_uses_what_its_object_leaves_undefined(string version, string unit)
    {
        var undefined = File.ReadLines(KernelTrees.Output(version, unit + ".elfsym"))
            .Select(line => UndefinedSymbol().Match(line))
            .Where(match => match.Success)
            .Select(match => match.Groups[1].Value);
        var map = LinkMap.Of(KernelPrograms.Alone(version, unit).Program);
        Assert.Equal(undefined.Order(StringComparer.Ordinal), map.Symbols.Select(symbol => symbol.Name).Order(StringComparer.Ordinal));
    }

    // A function is assembly exactly when some .S file of the architecture has a label of that name.
    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Functions_are_C_or_assembly_as_the_tree_says(string version)
    {
        var labels = AssemblyLabels(version);
        foreach (var (_, unit) in KernelTrees.Units.Where(unit => unit.Version == version))
        {
            foreach (var symbol in LinkMap.Of(KernelPrograms.Alone(version, unit).Program).Symbols.Where(symbol => symbol.Class != SymbolClass.Data))
            {
                Assert.True(labels.Contains(symbol.Name) == (symbol.Class == SymbolClass.Assembly), $"{symbol.Name} is {symbol.Class}");
            }
        }
    }

    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Units_that_were_built_apart_find_each_other(string version)
    {
        var units = KernelTrees.Units.Where(unit => unit.Version == version).Select(unit => unit.Unit).ToList();
        var map = LinkMap.Of([.. units.Select(unit => KernelPrograms.Alone(version, unit).Program)]);
        Assert.Equal(
            ["clear_bhb_loop", "entry_ibpb", "int80_emulation", "swapgs_restore_regs_and_return_to_usermode"],
            map.Symbols.Where(symbol => symbol is { Class: SymbolClass.Assembly, Definition: not null }).Select(symbol => symbol.Name).Order(StringComparer.Ordinal));
        Assert.Contains(map.Symbols, symbol => symbol is { Name: "x86_verw_sel", Class: SymbolClass.Data, Definition: not null });
        Assert.DoesNotContain(map.Externals, symbol => KernelPrograms.Linked(version).Program.Symbols.ContainsKey(symbol.Name));
    }

    private static HashSet<string> AssemblyLabels(string version)
    {
        var labels = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(KernelTrees.Tree(version), "arch/x86"), "*.S", SearchOption.AllDirectories))
        {
            foreach (Match match in Label().Matches(File.ReadAllText(file)))
            {
                labels.Add(match.Value);
            }
        }

        // What a macro names by the register it is for.
        labels.Add("__x86_indirect_thunk_rbx");
        return labels;
    }

    [GeneratedRegex(@"^\s*\d+: .*\bUND (\w+)$")]
    private static partial Regex UndefinedSymbol();

    [GeneratedRegex(@"(?<=SYM_\w+\(|^HANDLE_INTR_SAFERET_FN\s+)\w+|^\w+(?=:)", RegexOptions.Multiline)]
    private static partial Regex Label();
}
