using System.Diagnostics;
using System.Text;

namespace EntryGen.PackageTests;

/// <summary>Runs the dotnet command as a person would, apart from the build that may be running these tests.</summary>
internal static class DotNet
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(5);

    /// <summary>Runs <c>dotnet</c> with arguments and returns what it printed.</summary>
    public static CommandResult Run(string workingDirectory, params IEnumerable<string> arguments) => Start("dotnet", workingDirectory, arguments);

    /// <summary>As the other, for what takes longer.</summary>
    public static CommandResult Run(string workingDirectory, TimeSpan timeout, IEnumerable<string> arguments) => Start("dotnet", workingDirectory, arguments, timeout);

    /// <summary>Runs any command.</summary>
    public static CommandResult Start(string command, string workingDirectory, IEnumerable<string> arguments, TimeSpan? timeout = null)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What the outer build tells its children would make the inner one a part of it.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment.Remove("ENTRYGEN_TEST_RESULTS");
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command} could not be started.");
        var output = new StringBuilder();
        void Collect(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                output.AppendLine(line.Data);
            }
        }

        process.OutputDataReceived += Collect;
        process.ErrorDataReceived += Collect;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(timeout ?? _timeout))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{command} {string.Join(' ', start.ArgumentList)} did not end within {timeout ?? _timeout}.\n{output}");
        }

        process.WaitForExit();
        return new CommandResult(process.ExitCode, output.ToString());
    }
}

/// <summary>How a command ended and what it printed on either stream.</summary>
internal sealed record CommandResult(int ExitCode, string Output)
{
    /// <summary>Fails the test, showing the output, when the command failed.</summary>
    public CommandResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}");
        return this;
    }
}
