using System.Text.RegularExpressions;
using EntryGen.Asm;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;
using EntryGen.OracleTests.Gas;
using Xunit.Abstractions;

namespace EntryGen.OracleTests;

/// <summary>Instructions written as the bytes that GNU as makes of them are read as those instructions.</summary>
public partial class RawCodeTests(ITestOutputHelper output)
{
    [GeneratedRegex(@"^\s*\d+ +[0-9a-f?]{4} ([0-9A-F ]+?)\s*\t(.+)$", RegexOptions.Multiline)]
    private static partial Regex EncodedLine();

    [GnuAsTheory]
    [InlineData(100)]
    public void Bytes_mean_what_GNU_as_encodes(int least)
    {
        var plain = InstructionTable.Rows.Where(row => row.OperandCount.Least == 0).SelectMany(row => row.Mnemonics).Append("iretq").Append("sysretq").Append("sysretl");
        var bases = new[] { "rdfsbase", "rdgsbase", "wrfsbase", "wrgsbase" }
            .SelectMany(name => RegisterNames.All.Where(register => RegisterNames.Find(register) is { Class: RegisterClass.General, Width: 8 }).Select(register => $"{name} %{register}"));
        var (listing, _) = GnuAs.Assemble(string.Join('\n', plain.Concat(bases)) + "\n");
        var decoded = 0;
        foreach (Match line in EncodedLine().Matches(listing))
        {
            var bytes = line.Groups[1].Value.Replace(" ", "").Chunk(2).Select(pair => "0x" + new string(pair));
            var raw = Build(".byte " + string.Join(",", bytes));
            if (raw.Diagnostics.Count > 0 || raw.Program.Items.Count == 0)
            {
                continue; // an encoding that nobody writes as bytes
            }

            var actual = Assert.IsType<Instruction>(Assert.Single(raw.Program.Items));
            var expected = Assert.IsType<Instruction>(Assert.Single(Build(line.Groups[2].Value).Program.Items));
            Assert.Equal(expected.Info.Op, actual.Info.Op);
            Assert.Equal(expected.Width, actual.Width);
            Assert.Equal(expected.Operands.OfType<RegisterOperand>().Select(operand => operand.Register), actual.Operands.OfType<RegisterOperand>().Select(operand => operand.Register));
            decoded++;
        }

        Assert.True(decoded >= least, $"{decoded} decoded");
        output.WriteLine($"{decoded} encodings decoded, 0 differ");
    }

    private static ProgramResult Build(string text)
    {
        var listing = new Assembler(new AssemblerOptions()).Assemble(GnuAs.Lines($".text\n{text}\n"));
        return ProgramBuilder.Build([new ProgramUnit("raw", listing, KernelPrograms.NoMacros)], new ProgramOptions());
    }
}
