using System.Diagnostics;
using EntryGen.Asm.Text;
using EntryGen.Testing;

namespace EntryGen.OracleTests.Rules.Corpus;

/// <summary>The recreated bugs that rules are measured with. They live beside the repository: a table, and a script that makes an edit in a copy of a tree.</summary>
/// <remarks>Found in <c>ENTRYGEN_CORPUS</c>, or in <c>../shared/corpus</c> as seen from the repository.</remarks>
public static class CorpusSample
{
    private static readonly string Directory =
        Environment.GetEnvironmentVariable("ENTRYGEN_CORPUS") is { Length: > 0 } corpus ? corpus : Repository.PathOf("..", "shared", "corpus");

    /// <summary>Why there is none, or null.</summary>
    public static string? Missing { get; } =
        File.Exists(Path.Combine(Directory, "corpus.tsv")) ? null : $"no corpus: '{Directory}' has no corpus.tsv (set ENTRYGEN_CORPUS)";

    /// <summary>The edits, in the order of the table.</summary>
    public static IReadOnlyList<CorpusEdit> Edits { get; } = Missing is null
        ? [.. File.ReadLines(Path.Combine(Directory, "corpus.tsv")).Skip(1).Where(line => line.Length > 0).Select(Parse)]
        : [];

    /// <summary>Makes an edit.</summary>
    /// <param name="edit">The edit.</param>
    /// <param name="version">The tree.</param>
    /// <returns>The file it changes, as it is after it.</returns>
    public static SourceText Apply(CorpusEdit edit, string version)
    {
        var copy = System.IO.Directory.CreateTempSubdirectory("entrygen-corpus-");
        try
        {
            var file = Path.Combine(copy.FullName, edit.File);
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.Copy(Path.Combine(KernelTrees.Tree(version), edit.File), file);
            Run("apply", edit.Name, copy.FullName, "--ver", version);
            return new SourceText(edit.File, File.ReadAllText(file));
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    private static void Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("python3", ["-B", Path.Combine(Directory, "mutate.py"), .. arguments]) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }

    private static CorpusEdit Parse(string line)
    {
        var fields = line.Split('\t');
        return new CorpusEdit(
            fields[0], fields[1] == "bug", fields[3].Split(','), fields[4], fields[5], fields[6], fields[8],
            fields[9] == "-" ? [] : [.. fields[9].Split(',').Select(name => name + "=1")], fields[10]);
    }
}

/// <summary>A test that needs the kernel trees and the corpus.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute()
    {
        if (!KernelTrees.Required)
        {
            Skip = KernelTrees.Missing ?? CorpusSample.Missing;
        }
    }
}
