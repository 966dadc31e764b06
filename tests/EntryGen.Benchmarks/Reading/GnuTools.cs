using System.Diagnostics;
using EntryGen.OracleTests;

namespace EntryGen.Benchmarks;

/// <summary><c>gcc -E</c> and <c>as</c> as processes on a kernel unit: what a build would wait for.</summary>
internal sealed class GnuTools : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("entrygen-reading-");
    private readonly string _version;
    private readonly string _unit;

    public GnuTools(string version, string unit)
    {
        _version = version;
        _unit = unit;
    }

    private string Preprocessed => Path.Combine(_directory.FullName, _unit + ".s");

    /// <summary>Milliseconds of the preprocessor.</summary>
    public double Preprocess()
    {
        var options = KernelTrees.Options(_version);
        List<string> arguments = ["-E", "-nostdinc", "-fno-PIE", "-m64", .. options.IncludeDirectories.Select(directory => "-I" + directory)];
        foreach (var file in options.ForcedIncludes)
        {
            arguments.AddRange(["-include", file]);
        }

        return Run("gcc", [.. arguments, .. options.Defines.Select(define => "-D" + define), $"arch/x86/entry/{_unit}.S", "-o", Preprocessed]);
    }

    /// <summary>Milliseconds of the assembler; <see cref="Preprocess"/> must have run.</summary>
    public double Assemble() => Run("as", ["--64", "-o", "/dev/null", Preprocessed]);

    /// <summary>Removes what was written.</summary>
    public void Dispose() => _directory.Delete(recursive: true);

    private double Run(string program, IEnumerable<string> arguments)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = KernelTrees.Tree(_version) })!;
        process.WaitForExit();
        var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return process.ExitCode == 0 ? time : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }
}
