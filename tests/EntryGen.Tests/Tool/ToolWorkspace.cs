using System.Text.Json;
using EntryGen.Tool;

namespace EntryGen.Tests.Tool;

/// <summary>A directory with input files in which the tool is run in process.</summary>
public sealed class ToolWorkspace : IDisposable
{
    /// <summary>The directory.</summary>
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("entrygen-tool-").FullName;

    /// <summary>Writes a file below the directory.</summary>
    public ToolWorkspace With(string path, string text)
    {
        var file = Path.Combine(Directory, path);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return this;
    }

    /// <summary>Adds what makes a directory a kernel source tree and built headers of it, and nothing more.</summary>
    public ToolWorkspace WithTree() => With("tree/include/linux/kconfig.h", "#include <generated/autoconf.h>\n").With("headers/include/generated/autoconf.h", "#define CONFIG_ONE 1\n");

    /// <summary>Runs the tool with the directory as the current one.</summary>
    public ToolResult Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CommandLine.Run(args, output, error, Directory);
        return new ToolResult(code, output.ToString(), error.ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}

/// <summary>What one run printed, and its exit code.</summary>
public sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>The objects printed by <c>--format json</c>.</summary>
    public IReadOnlyList<JsonElement> Json => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Asserts that the run was refused with just this message and printed nothing else.</summary>
    public void RefusedWith(string message)
    {
        Assert.Equal((message, "", EntryGen.Tool.ExitCode.Wrong), (Error.TrimEnd('\n', '\r'), Output, ExitCode));
    }

    /// <summary>Asserts that the run succeeded without a message.</summary>
    public ToolResult Succeeded()
    {
        Assert.Equal(("", EntryGen.Tool.ExitCode.Done), (Error, ExitCode));
        return this;
    }
}
