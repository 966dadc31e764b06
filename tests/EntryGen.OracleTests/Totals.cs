using System.Text;
using Xunit.Abstractions;

namespace EntryGen.OracleTests;

/// <summary>What tests compared, in numbers: shown with each test, and added up by CI, which a passing test's own output never reaches.</summary>
/// <remarks>CI names a directory in <c>ENTRYGEN_TEST_RESULTS</c>; there each case becomes a line of <c>totals.tsv</c>: subject, case, then <c>name=count</c> fields.</remarks>
public static class Totals
{
    private static readonly string? Directory = Environment.GetEnvironmentVariable("ENTRYGEN_TEST_RESULTS");
    private static readonly Lock Access = new();

    /// <summary>Reports one case.</summary>
    /// <param name="output">The test's output.</param>
    /// <param name="subject">What is compared with what: one line of the totals.</param>
    /// <param name="name">The case, for example the unit.</param>
    /// <param name="counts">What was counted; counts of the same name add up over the cases.</param>
    public static void Report(this ITestOutputHelper output, string subject, string name, params ReadOnlySpan<(string Name, long Count)> counts)
    {
        var words = new StringBuilder(name).Append(':');
        var line = new StringBuilder(subject).Append('\t').Append(name);
        foreach (var (what, count) in counts)
        {
            words.Append($" {count} {what},");
            line.Append($"\t{what}={count}");
        }

        output.WriteLine(words.ToString().TrimEnd(','));
        if (Directory is not { Length: > 0 })
        {
            return;
        }

        lock (Access)
        {
            System.IO.Directory.CreateDirectory(Directory);
            File.AppendAllText(Path.Combine(Directory, "totals.tsv"), line.Append('\n').ToString());
        }
    }
}
