using System.Text.Json;
using EntryGen.Tool;

namespace EntryGen.OracleTests.Tool;

/// <summary>Runs the tool on a kernel tree, in process.</summary>
internal static class KernelTool
{
    /// <summary>Runs a command with <c>--tree</c> and <c>--headers</c> of a version and JSON output; the exit code must be 0.</summary>
    public static IReadOnlyList<JsonElement> Run(string version, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CommandLine.Run([.. args, "--tree", KernelTrees.Tree(version), "--headers", KernelTrees.Headers(version), "--format", "json"], output, error);
        Assert.Equal(("", 0), (error.ToString(), code));
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
