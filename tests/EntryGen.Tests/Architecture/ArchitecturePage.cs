using EntryGen.Testing;

namespace EntryGen.Tests.Architecture;

/// <summary>The table of projects in <c>docs/architecture.md</c>: the rule that the tests hold the code to.</summary>
internal static class ArchitecturePage
{
    /// <summary>The rows, in the order of the page.</summary>
    public static IReadOnlyList<ProjectRule> Rules { get; } = Read();

    private static IReadOnlyList<ProjectRule> Read()
    {
        var rules = new List<ProjectRule>();
        var above = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Repository.PathOf("docs", "architecture.md")))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells.Length < 4 || !cells[1].Contains("/EntryGen", StringComparison.Ordinal))
            {
                continue;
            }

            var directory = cells[1].Trim('`');
            var terms = cells[2].Split(',', StringSplitOptions.TrimEntries);
            var projects = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var term in terms)
            {
                switch (term)
                {
                    case "nobody" or "Roslyn" or "Roslyn workspaces":
                        break;
                    case "all of the above":
                        projects.UnionWith(above);
                        break;
                    default:
                        projects.Add($"EntryGen.{term}");
                        projects.UnionWith(rules.First(rule => rule.Name == $"EntryGen.{term}").MayUse);
                        break;
                }
            }

            var rule = new ProjectRule(directory, projects, terms.Any(term => term.StartsWith("Roslyn", StringComparison.Ordinal)), terms.Contains("Roslyn workspaces"));
            rules.Add(rule);
            above.Add(rule.Name);
        }

        return rules;
    }
}

/// <summary>One row: what a project may reference.</summary>
/// <param name="Directory">Its directory from the root.</param>
/// <param name="MayUse">Our own assemblies that it may reference.</param>
/// <param name="Roslyn">It may reference the compiler.</param>
/// <param name="Workspaces">It may reference Roslyn's workspaces too, which do not exist in a command line build.</param>
internal sealed record ProjectRule(string Directory, IReadOnlySet<string> MayUse, bool Roslyn, bool Workspaces)
{
    /// <summary>The project's and assembly's name.</summary>
    public string Name => Path.GetFileName(Directory);

    /// <summary>The project file.</summary>
    public string ProjectFile => Repository.PathOf([.. Directory.Split('/'), $"{Name}.csproj"]);
}
