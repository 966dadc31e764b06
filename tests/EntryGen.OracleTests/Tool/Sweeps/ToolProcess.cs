using System.Diagnostics;
using EntryGen.Tests.Tool;

namespace EntryGen.OracleTests.Tool.Sweeps;

/// <summary>The tool as a process of its own, as a job scheduler starts it.</summary>
public sealed class ToolProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    /// <summary>Starts it.</summary>
    /// <param name="workspace">Where it runs.</param>
    /// <param name="variables">Environment variables.</param>
    /// <param name="arguments">The arguments after the command's name.</param>
    public ToolProcess(ToolWorkspace workspace, IReadOnlyDictionary<string, string> variables, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(EntryGen.Tool.CommandLine).Assembly.Location, .. arguments])
        {
            WorkingDirectory = workspace.Directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Ends it without warning.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>What it printed when it has ended.</summary>
    public ToolResult Result()
    {
        _process.WaitForExit();
        return new ToolResult(_process.ExitCode, _output.Result, _error.Result);
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();
}
