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

    private const string Unicorn = "uni";
    private const string Turns = "3";

    private static readonly string[] _wanted =
    [
        RoundTrip, ParanoidKernel, ParanoidUser, UnicornRoundTrip, "Unicorn long loop: paranoid kCR3", "Unicorn long loop: paranoid uCR3",
    ];

    private readonly AnchorDirectory _directory;
    private readonly List<string> _programs = ["emu"];

    private Anchors(AnchorDirectory directory) => _directory = directory;

    /// <summary>Builds them; null when no directory is named. Unicorn is left out where its library is not installed.</summary>
    public static Anchors? Build()
    {
        if (AnchorDirectory.Build("path.bin", "emu") is not { } directory)
        {
            return null;
        }

        var anchors = new Anchors(directory);

        // The image that Unicorn runs is written by the C program.
        if (directory.TryRun("make", out _, Unicorn) && directory.TryRun(directory.PathOf("emu"), out _, "image"))
        {
            anchors._programs.Add(Unicorn);
        }

        return anchors;
    }

    /// <summary>Nanoseconds for one round trip of each: the best of a few turns, as for the emulator's rows.</summary>
    public IEnumerable<(string Name, double Nanoseconds)> Measure() => _programs.SelectMany(Measure);

    private IEnumerable<(string Name, double Nanoseconds)> Measure(string program)
    {
        var output = _directory.Run(_directory.PathOf(program), program == Unicorn ? "1" : Turns);

        // RAW|group|name|instructions|unit|value
        return output.Split('\n').Select(line => line.Split('|'))
            .Where(fields => fields is ["RAW", _, _, _, "ns", _] && _wanted.Contains(fields[2]))
            .GroupBy(fields => fields[2], (name, lines) => (name, lines.Min(fields => double.Parse(fields[5], CultureInfo.InvariantCulture))));
    }

    /// <summary>Removes what was built.</summary>
    public void Dispose() => _directory.Dispose();
}
