using System.Text;
using EntryGen.Asm.Diagnostics;
using EntryGen.Testing;

namespace EntryGen.Tests.Documentation;

/// <summary>docs/rules/README.md lists every rule there is.</summary>
public class RuleIndexTests
{
    private static readonly (string Prefix, string Subject)[] _subjects =
    [
        ("EG0", "The assembly cannot be read"),
        ("EG1", "Macros and arguments"),
        ("EG2", "CR3, GS and stack state"),
        ("EG3", "Speculation and hardening"),
        ("EG4", "Concurrency and the CR3 signal"),
        ("EG5", "MMU roots"),
    ];

    [Fact]
    public void The_index_is_the_catalog()
    {
        var path = Repository.PathOf("docs", "rules", "README.md");
        var expected = Index();
        if (Environment.GetEnvironmentVariable("ENTRYGEN_ACCEPT_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, expected);
        }

        Assert.Equal(expected, File.ReadAllText(path));
    }

    private static string Index()
    {
        var text = new StringBuilder("# Rules\n\nEvery finding has an id and a page with an example and its fix. This list is written by a test from the catalog in `src/EntryGen.Asm/Diagnostics`.\n");
        foreach (var (prefix, subject) in _subjects)
        {
            var rules = AsmDiagnosticCatalog.All.Where(rule => rule.Id.StartsWith(prefix, StringComparison.Ordinal)).ToList();
            if (rules.Count == 0)
            {
                continue;
            }

            text.Append($"\n## {subject}\n\n| rule | | severity |\n|---|---|---|\n");
            foreach (var rule in rules)
            {
                text.Append($"| [{rule.Id}]({rule.Id}.md) | {rule.Title} | {Word(rule.Severity)} |\n");
            }
        }

        return text.ToString();
    }

    private static string Word(AsmSeverity severity) => severity switch { AsmSeverity.Error => "error", AsmSeverity.Warning => "warning", _ => "suggestion" };
}
