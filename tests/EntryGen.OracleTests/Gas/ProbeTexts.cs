using System.Reflection;

namespace EntryGen.OracleTests.Gas;

/// <summary>Reads the probes: one resource for each group, whose lines <c>### name</c> begin a probe.</summary>
public static class ProbeTexts
{
    public static TheoryData<string, string> Read(string group)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"EntryGen.OracleTests.Gas.Probes.{group}.txt")!;
        using var reader = new StreamReader(stream);
        var probes = new TheoryData<string, string>();
        foreach (var probe in reader.ReadToEnd().Split("### ", StringSplitOptions.RemoveEmptyEntries))
        {
            var end = probe.IndexOf('\n', StringComparison.Ordinal);
            probes.Add(probe[..end], probe[(end + 1)..]);
        }

        return probes;
    }
}
