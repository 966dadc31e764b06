using System.Globalization;

namespace EntryGen.Benchmarks.Exploration;

/// <summary>Injection at every boundary of the same path, in the hand-written C program and in Unicorn driven from its hooks.</summary>
internal sealed class InjectionAnchors : IDisposable
{
    private readonly AnchorDirectory _directory;
    private readonly List<string> _programs = ["emu"];

    private InjectionAnchors(AnchorDirectory directory) => _directory = directory;

    /// <summary>Builds them; null when no directory is named. Unicorn is left out where its library is not installed.</summary>
    public static InjectionAnchors? Build()
    {
        if (AnchorDirectory.Build("path.bin", "emu") is not { } directory)
        {
            return null;
        }

        var anchors = new InjectionAnchors(directory);
        if (directory.TryRun("make", out _, "uni") && directory.TryRun(directory.PathOf("emu"), out _, "image"))
        {
            anchors._programs.Add("uni");
        }

        return anchors;
    }

    /// <summary>Points a second of each, the best of a few turns.</summary>
    public IEnumerable<(string Name, double Rate)> Measure() => _programs.SelectMany(program => _directory.Run(_directory.PathOf(program), "1").Split('\n')

        // RAW|group|name|boundaries|unit|value
        .Select(line => line.Split('|'))
        .Where(fields => fields is ["RAW", _, _, _, "points/s", _])
        .Select(fields => (fields[2], double.Parse(fields[5], CultureInfo.InvariantCulture))));

    /// <summary>Removes what was built.</summary>
    public void Dispose() => _directory.Dispose();
}
