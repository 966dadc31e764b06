using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace EntryGen.OracleTests.Exploration;

/// <summary>The model checker spin, exhaustive and without reductions.</summary>
internal static partial class Spin
{
    /// <summary>Why it cannot be run, or null.</summary>
    public static string? Missing { get; } = Answers("spin", "-V") && Answers("gcc", "--version") ? null : "no spin or no gcc on the path";

    /// <summary>Checks a Promela model.</summary>
    /// <param name="model">Its text.</param>
    /// <param name="definitions">Symbols for its preprocessor.</param>
    public static SpinAnswer Check(string model, params string[] definitions)
    {
        var directory = Directory.CreateTempSubdirectory("entrygen-spin-");
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "model.pml"), model);
            Run(directory.FullName, "spin", ["-a", .. definitions.Select(definition => $"-D{definition}"), "model.pml"]);
            Run(directory.FullName, "gcc", ["-w", "-O1", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"]);
            var output = Run(directory.FullName, Path.Combine(directory.FullName, "pan"), ["-m1000000", "-w22"]);
            return new SpinAnswer(
                long.Parse(StatesLine().Match(output).Groups[1].ValueSpan, CultureInfo.InvariantCulture),
                int.Parse(ErrorsLine().Match(output).Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Run(string directory, string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var messages = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} failed:\n{output}{messages.Result}");
        return output;
    }

    private static bool Answers(string program, string argument)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    [GeneratedRegex(@"(\d+) states, stored")]
    private static partial Regex StatesLine();

    [GeneratedRegex(@"errors: (\d+)")]
    private static partial Regex ErrorsLine();
}

/// <summary>What spin says.</summary>
/// <param name="States">The states it stored.</param>
/// <param name="Errors">The violated assertions it stopped at.</param>
internal readonly record struct SpinAnswer(long States, int Errors);

/// <summary>A theory that needs spin and gcc: skipped where they are not, unless CI says that they must be.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SpinTheoryAttribute : TheoryAttribute
{
    public SpinTheoryAttribute()
    {
        if (!KernelTrees.Required)
        {
            Skip = Spin.Missing;
        }
    }
}
