using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Gas;

/// <summary>Programs made at random out of the grammar of macros, conditionals and repetitions: read as GNU as reads them, or refused as it refuses them.</summary>
public partial class RandomProgramTests(ITestOutputHelper output)
{
    [GnuAsTheory]
    [InlineData(0, 2000)]
    public void Programs_are_read_or_refused_as_GNU_as_does(int first, int count)
    {
        var differences = new ConcurrentBag<string>();
        var accepted = 0;
        var statements = 0;
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = 3 }, seed =>
        {
            var text = new RandomProgram(new Random(seed)).Make();
            var (listing, messages) = GnuAs.Assemble(text);
            var errors = Error().Matches(messages).Select(match => match.Value).ToList();
            var refusal = errors.Find(error => !FoundLater().IsMatch(error));
            var own = new Assembler(new AssemblerOptions()).Assemble(GnuAs.Lines(text));
            var ownRefusal = own.Diagnostics.FirstOrDefault(diagnostic => diagnostic.Descriptor.Severity == AsmSeverity.Error);
            if (ownRefusal?.Message.Contains("expected an expression", StringComparison.Ordinal) == true)
            {
                return; // a missing expression is zero to GNU as
            }

            if (refusal is null != ownRefusal is null)
            {
                differences.Add($"program {seed}: as: {refusal ?? "accepted"}; own: {ownRefusal?.ToString() ?? "accepted"}\n{text}");
            }
            else if (errors.Count == 0)
            {
                Interlocked.Increment(ref accepted);
                var expected = GnuListing.Statements(listing);
                var actual = ListedStatement.Of(own);
                Interlocked.Add(ref statements, expected.Count);
                var i = expected.Zip(actual).TakeWhile(pair => pair.First.IsSameAs(pair.Second)).Count();
                if (i < expected.Count || i < actual.Count)
                {
                    differences.Add($"program {seed}, statement {i}: as: {expected.ElementAtOrDefault(i)}; own: {actual.ElementAtOrDefault(i)}\n{text}");
                }
            }
        });
        output.WriteLine($"{count} programs: {accepted} accepted, {statements} statements, {differences.Count} mismatches");
        Assert.Empty(differences);
        Assert.True(accepted > count / 8);
    }

    [GeneratedRegex(": (?:Error|Fatal error): .*")]
    private static partial Regex Error();

    // What only the encoder of instructions and the end of the file can know; here that is the concern of Program.
    [GeneratedRegex(
        "no such instruction|for `(push|mov|nop)'|can't resolve|invalid operands? \\(|register value|when setting|backward ref|local label|invalid char|symbol definition loop"
        + "|global register|relocation|bad register name|operation combines|Invalid operation|immediate expression|expecting operand|after expression|found '2'")]
    private static partial Regex FoundLater();
}
