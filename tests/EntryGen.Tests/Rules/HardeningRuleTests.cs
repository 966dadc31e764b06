using EntryGen.Asm.Diagnostics;
using EntryGen.Testing;

namespace EntryGen.Tests.Rules;

/// <summary>The rules about speculation and hardening, on small entries with the kernel's names.</summary>
public class HardeningRuleTests
{
    public static TheoryData<string> Ids => [.. typeof(HardeningDiagnostics).GetFields().Select(rule => ((AsmDiagnosticDescriptor)rule.GetValue(null)!).Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_example_of_a_page_shows_the_rule_and_the_fix_nothing(string id)
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "rules", id + ".md"));
        var blocks = page.Split("```asm\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]).ToList();
        Assert.Equal([id], RuleHarness.Check(blocks[0]).Select(found => found.Id).Distinct());
        Assert.Empty(RuleHarness.Check(blocks[1]));
    }
}
