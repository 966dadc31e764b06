using System.Diagnostics;

namespace EntryGen.Benchmarks;

/// <summary>A copy of the directory that ENTRYGEN_ANCHORS names, in which programs to compare with are built for this machine.</summary>
internal sealed class AnchorDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("entrygen-anchors-");

    private AnchorDirectory(string source)
    {
        foreach (var file in Directory.GetFiles(source))
        {
            File.Copy(file, PathOf(Path.GetFileName(file)));
        }
    }

    /// <summary>Copies it and builds what is wanted; null when no directory is named, which is said.</summary>
    /// <exception cref="InvalidOperationException">It does not build.</exception>
    public static AnchorDirectory? Build(params string[] targets)
    {
        if (Environment.GetEnvironmentVariable("ENTRYGEN_ANCHORS") is not { Length: > 0 } source)
        {
            Console.WriteLine("ENTRYGEN_ANCHORS is not set: nothing to compare with.");
            return null;
        }

        var directory = new AnchorDirectory(source);
        directory.Run("make", targets);
        return directory;
    }

    /// <summary>The path of a file in it.</summary>
    public string PathOf(string file) => Path.Combine(_directory.FullName, file);

    /// <summary>Runs a program in it.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public string Run(string program, params string[] arguments) =>
        TryRun(program, out var output, arguments) ? output : throw new InvalidOperationException($"The anchor failed: {program} {string.Join(' ', arguments)}");

    /// <summary>Runs a program in it.</summary>
    /// <returns>Whether it succeeded.</returns>
    public bool TryRun(string program, out string output, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _directory.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["RAW"] = "1";
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    /// <summary>Removes what was built.</summary>
    public void Dispose() => _directory.Delete(recursive: true);
}
