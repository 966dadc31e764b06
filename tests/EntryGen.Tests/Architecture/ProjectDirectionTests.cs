using System.Xml.Linq;
using EntryGen.Testing;

namespace EntryGen.Tests.Architecture;

/// <summary>Holds the projects and the built assemblies to the table in <c>docs/architecture.md</c>.</summary>
public class ProjectDirectionTests
{
    public static TheoryData<string> Projects => [.. ArchitecturePage.Rules.Select(rule => rule.Name)];

    [Fact]
    public void The_page_lists_exactly_the_projects_that_exist()
    {
        var existing = new[] { "src", "generators", "analyzers" }
            .SelectMany(top => Directory.EnumerateFiles(Repository.PathOf(top), "*.csproj", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal);
        Assert.Equal(existing, ArchitecturePage.Rules.Select(rule => rule.ProjectFile).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_solution_holds_every_project()
    {
        var solution = File.ReadAllText(Repository.PathOf("EntryGen.sln")).Replace('\\', '/');
        var projects = new[] { "src", "generators", "analyzers", "tests", "examples" }
            .Select(top => Repository.PathOf(top))
            .Where(Directory.Exists)
            .SelectMany(top => Directory.EnumerateFiles(top, "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'));
        Assert.All(projects, project => Assert.Contains($"\"{project}\"", solution, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_page_allows(string name)
    {
        var rule = RuleOf(name);
        var project = XDocument.Load(rule.ProjectFile);

        // An order of building is no use: the package needs its components built first and references none of them.
        var references = project.Descendants("ProjectReference")
            .Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
        Assert.All(references, reference => Assert.Contains(reference, rule.MayUse));

        var packages = project.Descendants("PackageReference").Select(reference => (string)reference.Attribute("Include")!);
        Assert.All(packages.Where(package => package.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)), _ => Assert.True(rule.Roslyn));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_built_assembly_references_only_what_the_page_allows(string name)
    {
        var rule = RuleOf(name);
        foreach (var reference in BuiltAssembly.Read(name).References.Keys)
        {
            if (reference.StartsWith("EntryGen", StringComparison.Ordinal))
            {
                Assert.Contains(reference, rule.MayUse);
            }
            else if (reference.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            {
                Assert.True(rule.Roslyn, $"{name} references {reference}");
                Assert.True(rule.Workspaces || !reference.EndsWith(".Workspaces", StringComparison.Ordinal), $"{name} references {reference}");
            }
        }
    }

    [Fact]
    public void The_components_are_built_against_the_oldest_compiler_we_serve()
    {
        // A component built against a newer compiler than the host's is refused with CS9057, and nothing is generated.
        var oldest = new Version(4, 14, 0, 0);
        foreach (var rule in ArchitecturePage.Rules.Where(rule => rule.Roslyn))
        {
            var roslyn = BuiltAssembly.Read(rule.Name).References.Where(reference => reference.Key.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));
            Assert.All(roslyn, reference => Assert.Equal(oldest, reference.Value));
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_namespace_is_named_like_a_type_used_inside_it(string name)
    {
        var assembly = BuiltAssembly.Read(name);
        var segments = assembly.Namespaces.SelectMany(space => space.Split('.'));
        Assert.Empty(segments.Where(assembly.TypeNames.Contains).Distinct());
    }

    private static ProjectRule RuleOf(string name) => ArchitecturePage.Rules.Single(rule => rule.Name == name);
}
