using System.Globalization;
using System.Text.RegularExpressions;
using EntryGen.Asm;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Gas;

/// <summary>The probes beside the oracle scripts, which were written to find out how GNU as reads: the same mistakes, and without them the same statements.</summary>
public partial class OracleProbeTests(ITestOutputHelper output)
{
    [OracleProbeFact]
    public void Every_probe_is_read_as_GNU_as_reads_it()
    {
        var statements = 0;
        foreach (var name in OracleProbes.Named(".s"))
        {
            var lines = File.ReadAllText(Path.Combine(OracleProbes.Directory, name)).Split('\n');
            var bodies = MacroBodies(lines);
            foreach (var mistake in GnuAs.ErrorLines(GnuAs.Assemble(string.Join('\n', lines)).Messages).Where(line => !bodies.Contains(line)))
            {
                // Each of these lines is a mistake to us too, alone with the definitions it needs.
                var alone = lines.Select((line, i) => i + 1 == mistake || bodies.Contains(i + 1) ? line : "");
                Assert.True(HasError(string.Join('\n', alone)), $"{name}:{mistake} is no mistake to us: {lines[mistake - 1]}");
                lines[mistake - 1] = "";
            }

            // What is wrong inside an expansion is reported in the macro: the calls are taken out until nothing is.
            for (var i = lines.Length - 1; i >= 0 && GnuAs.ErrorLines(GnuAs.Assemble(string.Join('\n', lines)).Messages).Count > 0; i--)
            {
                var without = lines.Select((line, k) => k == i ? "" : line);
                var before = GnuAs.ErrorLines(GnuAs.Assemble(string.Join('\n', lines)).Messages).Count;
                if (!bodies.Contains(i + 1) && GnuAs.ErrorLines(GnuAs.Assemble(string.Join('\n', without)).Messages).Count < before)
                {
                    Assert.True(HasError(string.Join('\n', lines)), $"{name}:{i + 1} is no mistake to us: {lines[i]}");
                    lines[i] = "";
                }
            }

            var text = string.Join('\n', lines);
            var (listing, messages) = GnuAs.Assemble(text);
            Assert.Empty(GnuAs.ErrorLines(messages));
            var own = new Assembler(new AssemblerOptions()).Assemble(GnuAs.Lines(text));
            Assert.Equal(GnuListing.Statements(listing).Select(Scrubbed), ListedStatement.Of(own));
            statements += own.Statements.Count;
        }

        output.Report("probes of the oracle scripts against GNU as", "all", ("statements", statements), ("mismatches", 0));
    }

    // Outside of macros a listing shows the text before comments and characters are replaced.
    private static ListedStatement Scrubbed(ListedStatement statement) => statement with
    {
        Text = Character().Replace(Comment().Replace(statement.Text, ""), match => ((int)match.Groups[1].Value[0]).ToString(CultureInfo.InvariantCulture)),
    };

    [GeneratedRegex(@"/\*.*?\*/")]
    private static partial Regex Comment();

    [GeneratedRegex("(?<![\"\\w])'([^'\"])'(?!\")")]
    private static partial Regex Character();

    // GNU as reads operands as it goes; we do when the Program is built.
    private static bool HasError(string text)
    {
        var listing = new Assembler(new AssemblerOptions()).Assemble(GnuAs.Lines(text));
        var program = ProgramBuilder.Build([new ProgramUnit("probe.s", listing, KernelPrograms.NoMacros)], new ProgramOptions());
        return listing.Diagnostics.Concat(program.Diagnostics).Any(found => found.Descriptor.Severity == AsmSeverity.Error);
    }

    private static HashSet<int> MacroBodies(string[] lines)
    {
        var bodies = new HashSet<int>();
        var depth = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            depth += lines[i].TrimStart().StartsWith(".macro", StringComparison.Ordinal) ? 1 : 0;
            if (depth > 0)
            {
                bodies.Add(i + 1);
            }

            depth -= lines[i].TrimStart().StartsWith(".endm", StringComparison.Ordinal) ? 1 : 0;
        }

        return bodies;
    }
}
