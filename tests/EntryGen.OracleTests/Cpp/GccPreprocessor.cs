using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using EntryGen.Asm.Cpp;

namespace EntryGen.OracleTests.Cpp;

/// <summary>A line of preprocessed text and where its line marker says it is from.</summary>
public sealed record PreprocessedLine(string File, int Line, string Text)
{
    /// <summary>Indentation is not compared: gcc keeps the column, which no assembler looks at.</summary>
    public static IReadOnlyList<PreprocessedLine> Of(PreprocessorResult result) =>
        [.. result.Lines.Select(line => new PreprocessedLine(line.File.Path, line.Line, line.Text.Text.TrimStart()))];

    public override string ToString() => $"{File}:{Line}: {Text}";
}

/// <summary>Runs <c>gcc -E</c> on assembly.</summary>
public static partial class GccPreprocessor
{
    /// <summary>gcc's major version, or 0 when there is no gcc.</summary>
    public static int Version { get; } = FindVersion();

    /// <summary>Runs gcc and takes its standard output.</summary>
    public static (int ExitCode, string Output) Run(string directory, params IEnumerable<string> arguments)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo("gcc", arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C" },
        };
        process.ErrorDataReceived += (_, _) => { };
        process.Start();
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    /// <summary>The lines that are not blank, with the places that the line markers give them.</summary>
    public static IReadOnlyList<PreprocessedLine> Parse(string output)
    {
        var lines = new List<PreprocessedLine>();
        var file = "";
        var number = 0;
        foreach (var line in output.Split('\n'))
        {
            if (LineMarker().Match(line) is { Success: true } marker)
            {
                number = int.Parse(marker.Groups[1].Value, CultureInfo.InvariantCulture);
                file = marker.Groups[2].Value.Replace("\\\"", "\"").Replace("\\\\", "\\");
                continue;
            }

            if (!string.IsNullOrWhiteSpace(line))
            {
                lines.Add(new PreprocessedLine(file, number, line.TrimStart()));
            }

            number++;
        }

        return lines;
    }

    /// <summary>The command line that says to gcc what the options say to us, run in the kernel tree.</summary>
    public static IEnumerable<string> KernelArguments(string version, string unit, params string[] configuration)
    {
        var options = KernelTrees.Options(version, configuration);
        return
        [
            "-E", "-nostdinc", .. options.IncludeDirectories.Select(directory => "-I" + directory),
            .. options.ForcedIncludes.SelectMany(file => new[] { "-include", file }), .. options.Defines.Select(define => "-D" + define),
            "-fno-PIE", "-m64", $"arch/x86/entry/{unit}.S",
        ];
    }

    private static int FindVersion()
    {
        try
        {
            var text = Run(Path.GetTempPath(), "-dumpversion").Output;
            return int.Parse(text.Split('.')[0], CultureInfo.InvariantCulture);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return 0;
        }
    }

    [GeneratedRegex("""^# (\d+) "((?:[^"\\]|\\.)*)"(?: \d)*$""")]
    private static partial Regex LineMarker();
}

/// <summary>A theory that needs gcc: skipped where there is none, unless CI says that there must be.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GccTheoryAttribute : TheoryAttribute
{
    public GccTheoryAttribute()
    {
        if (GccPreprocessor.Version == 0 && !KernelTrees.Required)
        {
            Skip = "no gcc";
        }
    }
}

/// <summary>A test that needs gcc.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GccFactAttribute : FactAttribute
{
    public GccFactAttribute()
    {
        if (GccPreprocessor.Version == 0 && !KernelTrees.Required)
        {
            Skip = "no gcc";
        }
    }
}
