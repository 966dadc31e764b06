using System.Xml.Linq;

namespace EntryGen.PackageTests;

/// <summary>What is in the packages, file by file.</summary>
[Collection(PackageCollection.Name)]
public class PackageContentTests(PackedPackages packages)
{
    [Fact]
    public void EntryGen_holds_the_library_the_components_and_the_props()
    {
        Assert.Equal(
            [
                "EntryGen.nuspec",
                "LICENSE",
                "README.md",
                "analyzers/dotnet/cs/EntryGen.Analyzers.dll",
                "analyzers/dotnet/cs/EntryGen.Asm.dll",
                "analyzers/dotnet/cs/EntryGen.CodeFixes.dll",
                "analyzers/dotnet/cs/EntryGen.Generators.dll",
                "buildTransitive/EntryGen.props",
                "lib/net10.0/EntryGen.dll",
                "lib/net10.0/EntryGen.xml",
            ],
            packages.FilesOf("EntryGen"));
    }

    [Fact]
    public void EntryGen_depends_on_no_package()
    {
        var nuspec = XDocument.Parse(packages.ReadText("EntryGen", "EntryGen.nuspec"));
        Assert.DoesNotContain(nuspec.Descendants(), element => element.Name.LocalName == "dependency");
        Assert.Equal("MIT", nuspec.Descendants().Single(element => element.Name.LocalName == "license").Value);
    }

    [Fact]
    public void The_tool_holds_the_command_and_what_it_runs_on()
    {
        var files = packages.FilesOf("EntryGen.Tool");
        Assert.Equal(["EntryGen.Tool.nuspec", "LICENSE", "README.md"], files.Where(file => !file.Contains('/')));
        Assert.Equal(
            [
                "DotnetToolSettings.xml",
                "EntryGen.Asm.dll",
                "EntryGen.Generators.dll",
                "EntryGen.Tool.deps.json",
                "EntryGen.Tool.dll",
                "EntryGen.Tool.runtimeconfig.json",
                "EntryGen.dll",
                "Microsoft.CodeAnalysis.CSharp.dll",
                "Microsoft.CodeAnalysis.dll",
                "Spectre.Console.dll",
                "System.CommandLine.dll",
            ],
            files.Where(file => file.Contains('/')).Select(file => file.Replace("tools/net10.0/any/", "", StringComparison.Ordinal)));
        Assert.Contains("""<Command Name="entrygen" """, packages.ReadText("EntryGen.Tool", "tools/net10.0/any/DotnetToolSettings.xml"), StringComparison.Ordinal);
    }
}
