using EntryGen.Testing;

namespace EntryGen.PackageTests;

/// <summary>The package in a project of its own.</summary>
[Collection(PackageCollection.Name)]
public class ConsumerTests(PackedPackages packages)
{
    [Fact]
    public void A_project_builds_without_a_warning_and_runs_its_entries()
    {
        var project = new ConsumerProject(packages, "consumer");
        var build = project.Build("-warnaserror").Succeeded();
        Assert.Contains("0 Warning(s)", build.Output, StringComparison.Ordinal);
        Assert.Equal(["twice: 0x2000", "add_user_bits: 0x1800"], Lines(project.Run().Succeeded()));
    }

    [Fact]
    public void A_wrong_mnemonic_is_reported_inside_the_raw_string()
    {
        var project = new ConsumerProject(packages, "wrong-string");
        var (line, column) = project.Replace("Program.cs", "movq    %rdi, %rax", "movk    %rdi, %rax");
        AssertReported(project, $"Program.cs({line},{column})");
    }

    [Fact]
    public void A_wrong_mnemonic_is_reported_inside_the_file()
    {
        var project = new ConsumerProject(packages, "wrong-file");
        var (line, column) = project.Replace("adding.S", "movq", "movk");
        AssertReported(project, $"adding.S({line},{column})");
    }

    [Fact]
    public void Severities_come_from_editorconfig_in_CSharp_and_from_globalconfig_in_files()
    {
        var project = new ConsumerProject(packages, "severities");
        project.Replace("Program.cs", "DOUBLE  %rax", "DOUBLE  %rax\n            DOUBLE  reg=%rax");
        project.Replace("adding.S", "OR_USER_BITS %rax", "OR_USER_BITS %rax\n\tOR_USER_BITS reg=%rax");

        var byDefault = project.Build();
        Assert.Matches(@"Program\.cs\(\d+,\d+\): warning EG1001", byDefault.Output);
        Assert.Matches(@"adding\.S\(\d+,\d+\): warning EG1001", byDefault.Output);

        project.Write(".editorconfig", "root = true\n[*.{cs,S}]\ndotnet_diagnostic.EG1001.severity = error\n");
        var edited = project.Build();
        Assert.Matches(@"Program\.cs\(\d+,\d+\): error EG1001", edited.Output);
        Assert.Matches(@"adding\.S\(\d+,\d+\): warning EG1001", edited.Output);

        project.Write(".editorconfig", "root = true\n");
        project.Write(".globalconfig", "is_global = true\ndotnet_diagnostic.EG1001.severity = none\n");
        Assert.DoesNotContain("EG1001", project.Build().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_property_keeps_assembly_files_from_the_compiler()
    {
        var project = new ConsumerProject(packages, "without-files");
        var build = project.Build("-p:EntryGenIncludeAssembly=false");
        Assert.Contains("EG0106", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_example_builds_from_the_package()
    {
        // A copy of its sources, with the repository's properties and versions above it as they are there.
        var place = Path.Combine(packages.Workspace, "repository");
        string[] files = ["Directory.Build.props", "Directory.Packages.props", "examples/Directory.Build.props", .. Directory.EnumerateFiles(Repository.PathOf("examples", "RestoreCr3")).Select(file => Path.GetRelativePath(Repository.Root, file))];
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(place, file))!);
            File.Copy(Repository.PathOf(file), Path.Combine(place, file));
        }

        var example = Path.Combine(place, "examples", "RestoreCr3");
        DotNet.Run(
            example, "build", "-c", "Release", "-warnaserror", $"-p:EntryGenPackageVersion={packages.Version}",
            $"-p:RestoreAdditionalProjectSources={packages.Feed}", $"-p:RestorePackagesPath={Path.Combine(packages.Workspace, "packages")}").Succeeded();
        var run = DotNet.Run(example, Path.Combine(example, "bin", "Release", "net10.0", "RestoreCr3.dll")).Succeeded();
        Assert.Contains("stop             returned to kernel mode", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tool_installs_and_runs()
    {
        var place = Directory.CreateDirectory(Path.Combine(packages.Workspace, "tool")).FullName;
        DotNet.Run(place, "tool", "install", "EntryGen.Tool", "--tool-path", place, "--add-source", packages.Feed, "--version", packages.Version).Succeeded();
        File.WriteAllText(Path.Combine(place, "one.S"), "one:\n\tnop\n");
        Assert.Contains("nop", DotNet.Start(Path.Combine(place, "entrygen"), place, ["expand", "one.S"]).Succeeded().Output, StringComparison.Ordinal);
    }

    private static void AssertReported(ConsumerProject project, string place)
    {
        var build = project.Build();
        Assert.Matches($@"{System.Text.RegularExpressions.Regex.Escape(place)}: warning EG0\d\d\d: .*movk", build.Output);
    }

    private static string[] Lines(CommandResult result) => result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
