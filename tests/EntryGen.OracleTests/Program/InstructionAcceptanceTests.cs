using System.Text.RegularExpressions;
using EntryGen.Asm;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;
using EntryGen.OracleTests.Gas;
using Xunit.Abstractions;

namespace EntryGen.OracleTests;

/// <summary>Every mnemonic of the table, with every suffix and up to two operands of every kind, is taken or refused as GNU as does.</summary>
public partial class InstructionAcceptanceTests(ITestOutputHelper output)
{
    private static readonly string[] _operands =
    [
        "%al", "%bx", "%ecx", "%rdx", "%cl", "%ah", "%r8b", "%dx", "%eax", "%rax", "%fs", "%cr3", "%db7",
        "$1", "$0x1234", "$0x123456789a", "8(%rbx)", "(%dx)", "*%rax", "*8(%rax)",
    ];

    // GNU as 2.40 takes these without a word, and they mean nothing or something else: counts in registers other than CL, ports in RDX,
    // a division's destination, extensions that extend nothing, 16-bit near branches, and names of instructions that the table does not have.
    [GeneratedRegex(@"^(sh[lr]|sal|sar|ro[lr]|rc[lr])[bwlq]? %ecx, |^(in|out)[bwl]? .*%rdx|^i?div[bwlq]? \S+, \S+$|^mov[sz]x\w* |^mov[sz][bwl] |^(call|jmp)w |^invlpgb$|^ud2b |^cmpxchg8bq ")]
    private static partial Regex Stricter();

    // Newer than this assembler; and NOP with a suffix but nothing to size.
    [GeneratedRegex("^(eret[us]|lkgsw? [^,]+|nop[wlq])$")]
    private static partial Regex MoreLiberal();

    [GeneratedRegex(@"probe\.s:(\d+): Warning:")]
    private static partial Regex WarningLine();

    [GnuAsTheory]
    [InlineData(240_000)]
    public void Instructions_are_taken_or_refused_as_GNU_as_does(int least)
    {
        var lines = Texts();
        var text = string.Join('\n', lines) + "\n";
        var (_, messages) = GnuAs.Assemble(text);
        var refused = GnuAs.ErrorLines(messages).ToHashSet();
        var warned = WarningLine().Matches(messages).Select(match => int.Parse(match.Groups[1].Value)).ToHashSet();
        var own = Refused(text);
        var differences = new List<string>();
        for (var i = 0; i < lines.Count; i++)
        {
            var number = i + 1;
            if (own.Contains(number) != refused.Contains(number)
                && !(own.Contains(number) ? warned.Contains(number) || Stricter().IsMatch(lines[i]) : MoreLiberal().IsMatch(lines[i])))
            {
                differences.Add($"{(own.Contains(number) ? "only we refuse" : "only as refuses")} '{lines[i]}'");
            }
        }

        Assert.Empty(differences);
        Assert.True(lines.Count > least);
        output.WriteLine($"{lines.Count} texts, {lines.Count - refused.Count} instructions, {refused.Count} refused, 0 differ");
    }

    private static List<string> Texts()
    {
        var lines = new List<string>();
        foreach (var row in InstructionTable.Rows)
        {
            foreach (var (mnemonic, suffix) in row.Mnemonics.SelectMany(mnemonic => new[] { "", "b", "w", "l", "q" }.Select(suffix => (mnemonic, suffix))))
            {
                var name = mnemonic + suffix;
                lines.Add(name);
                lines.AddRange(_operands.Select(operand => $"{name} {operand}"));
                if (suffix.Length == 0 || row.OperandCount.Most > 1)
                {
                    lines.AddRange(_operands.SelectMany(first => _operands.Select(second => $"{name} {first}, {second}")));
                }
            }
        }

        return [.. lines.Distinct()];
    }

    private static HashSet<int> Refused(string text)
    {
        var listing = new Assembler(new AssemblerOptions { MaxStatements = 10_000_000 }).Assemble(GnuAs.Lines(text));
        Assert.Empty(listing.Diagnostics);
        var result = ProgramBuilder.Build([new ProgramUnit("probe", listing, KernelPrograms.NoMacros)], new ProgramOptions { MaxDiagnostics = int.MaxValue });
        return [.. result.Diagnostics.Where(diagnostic => diagnostic.Descriptor != ProgramDiagnostics.AmbiguousSize).Select(diagnostic => diagnostic.Span!.Value.Line)];
    }
}
