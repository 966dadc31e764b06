using System.Diagnostics;
using System.Globalization;

namespace EntryGen.Benchmarks;

/// <summary>
/// The hand-written C program that does the same round trips, and Unicorn running their machine code, both built for this machine from the directory that
/// ENTRYGEN_ANCHORS names.
/// </summary>
internal sealed class Anchors : IDisposable
{
    /// <summary>The system call, in C with registers in locals and one check for each run of pushes or pops.</summary>
    public const string RoundTrip = "C local regs, TLB, one check/run: rehearsal";

    /// <summary>The paranoid round trip that finds the kernel's page table.</summary>
    public const string ParanoidKernel = "C local regs, TLB, one check/run: paranoid kCR3";

    /// <summary>The one that finds the user's.</summary>
    public const string ParanoidUser = "C local regs, TLB, one check/run: paranoid uCR3";

    /// <summary>The system call in Unicorn, many in one run.</summary>
    public const string UnicornRoundTrip = "Unicorn long loop: rehearsal, iretq";

    private static readonly string[] _wanted =
    [
        RoundTrip, ParanoidKernel, ParanoidUser, UnicornRoundTrip, "Unicorn long loop: paranoid kCR3", "Unicorn long loop: paranoid uCR3",
    ];

    private readonly DirectoryInfo _directory;
    private readonly List<string> _programs = ["emu"];

    private Anchors(DirectoryInfo directory) => _directory = directory;

    /// <summary>Builds them; null when no directory is named. Unicorn is left out where its library is not installed.</summary>
    public static Anchors? Build()
    {
        if (Environment.GetEnvironmentVariable("ENTRYGEN_ANCHORS") is not { Length: > 0 } source)
        {
            Console.WriteLine("ENTRYGEN_ANCHORS is not set: nothing to compare with.");
            return null;
        }

        var directory = Directory.CreateTempSubdirectory("entrygen-anchors-");
        foreach (var file in Directory.GetFiles(source))
        {
            File.Copy(file, Path.Combine(directory.FullName, Path.GetFileName(file)));
        }

        var anchors = new Anchors(directory);
        if (!anchors.Execute("make", out _, "path.bin", "emu"))
        {
            throw new InvalidOperationException($"The anchors in {source} do not build.");
        }

        // The image that Unicorn runs is written by the C program.
        if (anchors.Execute("make", out _, "uni") && anchors.Execute(Path.Combine(directory.FullName, "emu"), out _, "image"))
        {
            anchors._programs.Add("uni");
        }

        return anchors;
    }

    /// <summary>Nanoseconds for one round trip of each.</summary>
    public IEnumerable<(string Name, double Nanoseconds)> Measure()
    {
        foreach (var program in _programs)
        {
            if (!Execute(Path.Combine(_directory.FullName, program), out var output, "1"))
            {
                throw new InvalidOperationException($"The anchor {program} failed.");
            }

            // RAW|group|name|instructions|unit|value
            foreach (var fields in output.Split('\n').Select(line => line.Split('|')).Where(fields => fields is ["RAW", _, _, _, "ns", _] && _wanted.Contains(fields[2])))
            {
                yield return (fields[2], double.Parse(fields[5], CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>Removes what was built.</summary>
    public void Dispose() => _directory.Delete(recursive: true);

    private bool Execute(string program, out string output, params string[] arguments)
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
}
