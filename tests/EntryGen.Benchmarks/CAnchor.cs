using System.Diagnostics;
using System.Globalization;

namespace EntryGen.Benchmarks;

/// <summary>The hand-written C program that does the same round trip, built for this machine from the directory that ENTRYGEN_ANCHORS names.</summary>
internal sealed class CAnchor : IDisposable
{
    private const string Line = "C local regs, TLB, one check/run: rehearsal";
    private readonly DirectoryInfo _directory;

    private CAnchor(DirectoryInfo directory) => _directory = directory;

    /// <summary>Builds it; null when no directory is named.</summary>
    public static CAnchor? Build()
    {
        if (Environment.GetEnvironmentVariable("ENTRYGEN_ANCHORS") is not { Length: > 0 } source)
        {
            return null;
        }

        var directory = Directory.CreateTempSubdirectory("entrygen-anchor-");
        foreach (var file in Directory.GetFiles(source))
        {
            File.Copy(file, Path.Combine(directory.FullName, Path.GetFileName(file)));
        }

        var anchor = new CAnchor(directory);
        anchor.Execute("make", "path.bin", "emu");
        return anchor;
    }

    /// <summary>Nanoseconds for one round trip.</summary>
    public double Measure()
    {
        var line = Execute(Path.Combine(_directory.FullName, "emu"), "1").Split('\n').First(line => line.Contains(Line, StringComparison.Ordinal) && line.StartsWith("RAW", StringComparison.Ordinal));
        return double.Parse(line.Split('|')[^1], CultureInfo.InvariantCulture);
    }

    /// <summary>Removes what was built.</summary>
    public void Dispose() => _directory.Delete(recursive: true);

    private string Execute(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _directory.FullName, RedirectStandardOutput = true };
        start.Environment["RAW"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
