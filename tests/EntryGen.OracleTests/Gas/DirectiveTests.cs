using System.Text.RegularExpressions;
using EntryGen.Testing;

namespace EntryGen.OracleTests.Gas;

/// <summary>The directives that docs/dialect.md lists (its table is written from the code) are directives of GNU as.</summary>
public partial class DirectiveTests
{
    // Of versions after 2.40.
    private static readonly string[] Newer = [".base64", ".insn"];

    public static TheoryData<string> Rows() => new(
        "conditionals", "macros and repetitions", "symbols", "sections", "numbers", "strings", "alignment and space", "what a symbol is", "modes of code",
        "messages, end", "refused", "listed, operands not looked at");

    [GnuAsTheory]
    [MemberData(nameof(Rows))]
    public void Every_name_is_known_to_GNU_as(string row)
    {
        var line = File.ReadLines(Repository.PathOf("docs", "dialect.md")).Single(line => line.StartsWith($"| {row} |", StringComparison.Ordinal));
        var names = Name().Matches(line).Select(match => match.Groups[1].Value).Except(Newer).ToList();
        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name => GnuAs.Assemble($" {name}\n").Messages.Contains("unknown pseudo-op", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"`(\.[a-z0-9_.]+)`")]
    private static partial Regex Name();
}
