namespace EntryGen.Tests.Tool;

/// <summary>Severities of rules for .S files: .globalconfig, .editorconfig and the options of <c>entrygen lint</c>.</summary>
public sealed class LintSeverityTests : IDisposable
{
    private const string Global = "is_global = true\n";
    private readonly ToolWorkspace _workspace = new ToolWorkspace().With("src/x86/a.S", "\tmov $0, (%rax)\n");

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("error", "error", 1)]
    [InlineData("warning", "warning", 1)]
    [InlineData("suggestion", "suggestion", 0)]
    [InlineData("default", "warning", 1)]
    [InlineData("none", null, 0)]
    [InlineData("silent", null, 0)]
    public void A_globalconfig_above_the_file_says_the_severity(string value, string? severity, int exitCode)
    {
        _workspace.With(".globalconfig", Global + $"dotnet_diagnostic.EG0063.severity = {value}\n");
        Assert.Equal((severity, exitCode), Lint("--severity", "suggestion"));
    }

    [Fact]
    public void Suggestions_are_counted_and_not_shown_until_asked_for()
    {
        _workspace.With(".globalconfig", Global + "dotnet_diagnostic.EG0063.severity = suggestion\n");
        Assert.Equal((null, 0), Lint());
        Assert.EndsWith("; 1 finding of lower severity not shown (--severity suggestion)\n", _workspace.Run("lint", "src/x86/a.S").Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(("suggestion", 0), Lint("--severity", "suggestion"));
        Assert.Equal(("suggestion", 0), Lint("--rule", "EG0063"));
    }

    [Fact]
    public void The_nearer_globalconfig_wins()
    {
        _workspace.With(".globalconfig", Global + "dotnet_diagnostic.EG0063.severity = none\n").With("src/.globalconfig", Global + "dotnet_diagnostic.EG0063.severity = error\n");
        Assert.Equal(("error", 1), Lint());
    }

    [Fact]
    public void A_section_that_fits_the_file_wins_over_a_globalconfig()
    {
        _workspace.With("src/x86/.globalconfig", Global + "dotnet_diagnostic.EG0063.severity = error\n").With(".editorconfig", "root = true\n[*.S]\ndotnet_diagnostic.eg0063.severity = suggestion\n[*.cs]\ndotnet_diagnostic.EG0063.severity = none\n");
        Assert.Equal(("suggestion", 0), Lint("--severity", "suggestion"));
    }

    [Fact]
    public void A_file_that_is_named_is_used_instead_of_those_that_are_found()
    {
        _workspace.With(".globalconfig", Global + "dotnet_diagnostic.EG0063.severity = none\n").With("strict/rules.txt", Global + "dotnet_diagnostic.EG0063.severity = error\n");
        Assert.Equal(("error", 1), Lint("--globalconfig", "strict/rules.txt"));
    }

    [Fact]
    public void A_rule_that_is_named_is_looked_for_even_where_it_is_switched_off()
    {
        _workspace.With(".globalconfig", Global + "dotnet_diagnostic.EG0063.severity = none\n");
        Assert.Equal(("warning", 1), Lint("--rule", "EG0063"));
    }

    [Fact]
    public void What_keeps_a_file_from_being_read_stays_an_error()
    {
        _workspace.With(".globalconfig", Global + "dotnet_diagnostic.EG0064.severity = none\n").With("src/x86/a.S", "\tmovq %rxa, %rbx\n");
        Assert.Equal(("error", 1), Lint());
    }

    [Theory]
    [InlineData("--severity", "error", 0)]
    [InlineData("--severity", "warning", 1)]
    [InlineData("--severity", "suggestion", 1)]
    public void The_least_severity_leaves_out_what_is_below(string option, string value, int exitCode) => Assert.Equal(exitCode, Lint(option, value).ExitCode);

    [Fact]
    public void A_severity_that_there_is_not_is_refused()
    {
        _workspace.With(".globalconfig", Global + "dotnet_diagnostic.EG0063.severity = fatal\n");
        var run = _workspace.Run("lint", "src/x86/a.S");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("fatal", run.Error, StringComparison.Ordinal);
    }

    private (string? Severity, int ExitCode) Lint(params string[] options)
    {
        var run = _workspace.Run(["lint", "src/x86/a.S", "--format", "json", .. options]);
        Assert.Equal("", run.Error);
        return (run.Json.Select(found => found.GetProperty("severity").GetString()).SingleOrDefault(), run.ExitCode);
    }
}
