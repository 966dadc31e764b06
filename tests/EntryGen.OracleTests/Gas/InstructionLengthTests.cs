using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Gas;

/// <summary>What <c>.if . - label</c> sees of instructions: the length that GNU as gives them, or a message that it is not known.</summary>
public partial class InstructionLengthTests(ITestOutputHelper output)
{
    private static readonly string[] Operands =
    [
        "%al", "%bx", "%ecx", "%rdx", "%cl", "%sil", "%dx", "%eax", "%rax", "%r9", "%r12d", "%fs", "%cr3", "%cr8", "$1", "$0xfff0", "$-200", "$0x123456789a", "$symbol",
        "8(%rbx)", "0(%rbp)", "(%r13)", "(%rsp)", "400(%r12,%rax,2)", "symbol(%rip)", "symbol(,%rax,8)", "%gs:symbol", "%gs:8(%rax)", "symbol", "*%rax", "*%r11", "*symbol(,%rax,8)",
    ];

    [KernelFact]
    public void Lengths_of_the_kernels_instructions_equal_the_listing()
    {
        var lengths = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in KernelTrees.Units.SelectMany(unit => File.ReadLines(KernelTrees.Output(unit.Version, unit.Unit + ".flat.jsonl"))))
        {
            using var document = JsonDocument.Parse(line);
            var record = document.RootElement;
            if (record.GetProperty("k").GetString() == "insn" && record.TryGetProperty("bytes", out var bytes))
            {
                lengths[record.GetProperty("text").GetString()!] = bytes.GetString()!.Length / 2;
            }
        }

        Compare(lengths, 400);
    }

    [GnuAsTheory]
    [InlineData(5000)]
    public void Lengths_of_every_form_of_the_table_equal_the_listing(int least)
    {
        var texts = InstructionTable.Rows.SelectMany(row => row.Mnemonics)
            .Concat(["addb", "addw", "addl", "addq", "movzbl", "movzwq", "movslq", "lock addl", "rep stosq", "notrack jmp", "pushw", "iretq", "sysretq", "testb", "subw", "xorl", "cmpq"])
            .Distinct()
            .SelectMany(name => Operands.SelectMany(first => Operands.Select(second => $"{name} {first}, {second}")).Concat(Operands.Select(operand => $"{name} {operand}")).Append(name))
            .ToList();
        var refused = MessageLine().Matches(GnuAs.Assemble(string.Join('\n', texts) + "\n").Messages)
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) - 1).ToHashSet();
        var accepted = texts.Where((_, index) => !refused.Contains(index)).ToList();
        var lengths = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Match match in ListedBytes().Matches(GnuAs.Assemble(string.Join('\n', accepted) + "\n", "--listing-lhs-width=8").Listing))
        {
            lengths[accepted[int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) - 1]] = match.Groups[2].Value.Replace(" ", "", StringComparison.Ordinal).Length / 2;
        }

        Compare(lengths, least);
    }

    private void Compare(Dictionary<string, int> lengths, int least)
    {
        var text = new StringBuilder();
        foreach (var (instruction, length) in lengths)
        {
            text.Append(CultureInfo.InvariantCulture, $"0: {instruction}\n .if . - 0b != {length}; .err; .endif\n");
        }

        var own = new Assembler(new AssemblerOptions { MaxDiagnostics = int.MaxValue - 1 }).Assemble(GnuAs.Lines(text.ToString()));
        Assert.DoesNotContain(own.Diagnostics, diagnostic => diagnostic.Descriptor != AssemblerDiagnostics.UserError && diagnostic.Descriptor != AssemblerDiagnostics.NotConstant);
        var wrong = own.Diagnostics.Where(diagnostic => diagnostic.Descriptor == AssemblerDiagnostics.UserError).Select(diagnostic => lengths.ElementAt((diagnostic.Span!.Value.Line - 1) / 2));
        Assert.Empty(wrong);
        output.WriteLine($"{lengths.Count} instructions: {lengths.Count - own.Diagnostics.Count} lengths equal, 0 differ, {own.Diagnostics.Count} not known while reading");
        Assert.True(lengths.Count - own.Diagnostics.Count >= least);
    }

    [GeneratedRegex(@"probe\.s:(\d+): (?:Error|Warning)")]
    private static partial Regex MessageLine();

    [GeneratedRegex(@"^\s*(\d+) [0-9a-f?]{4} ([0-9A-F ]+?)\s*\t", RegexOptions.Multiline)]
    private static partial Regex ListedBytes();
}
