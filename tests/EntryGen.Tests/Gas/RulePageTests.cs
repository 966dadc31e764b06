using EntryGen.Asm.Diagnostics;
using EntryGen.Testing;

namespace EntryGen.Tests.Gas;

/// <summary>The pages of EG0030 to EG0059 show what they say: the example gives the diagnostic once, the fix gives none.</summary>
public class RulePageTests
{
    public static TheoryData<string> Rules() => new(Descriptors().Select(descriptor => descriptor.Id));

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_example_shows_the_mistake_and_the_fix_removes_it(string id)
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "rules", id + ".md"));
        var descriptor = Descriptors().Single(candidate => candidate.Id == id);
        Assert.StartsWith($"# {id}: {descriptor.Title}\n", page, StringComparison.Ordinal);
        if (id == AssemblerDiagnostics.TooManyDiagnostics.Id)
        {
            return; // a hundred mistakes make no page
        }

        var blocks = page.Split("```asm\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]).ToList();
        Assert.Equal(2, blocks.Count);
        Assert.Equal([id], GasHarness.Assemble(blocks[0]).Diagnostics.Select(diagnostic => diagnostic.Id));
        Assert.Empty(GasHarness.Assemble(blocks[1]).Diagnostics);
    }

    private static IEnumerable<AsmDiagnosticDescriptor> Descriptors() =>
        typeof(AssemblerDiagnostics).GetFields().Select(field => (AsmDiagnosticDescriptor)field.GetValue(null)!);
}
