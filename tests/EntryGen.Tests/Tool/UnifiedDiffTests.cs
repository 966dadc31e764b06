using EntryGen.Tool.Linting;
using EntryGen.Tool.Patches;

namespace EntryGen.Tests.Tool;

/// <summary>Diffs that <c>entrygen lint --diff</c> prints are patches that can be applied.</summary>
public sealed class UnifiedDiffTests : IDisposable
{
    private readonly ToolWorkspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("a\nb\nc\n", "a\nB\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c")]
    [InlineData("a\n", "a\nb\n", "@@ -1 +1,2 @@\n a\n+b")]
    [InlineData("a\nb", "a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b")]
    [InlineData("", "a\n", "@@ -0,0 +1 @@\n+a")]
    [InlineData("a\n", "", "@@ -1 +0,0 @@\n-a")]
    public void Hunks_are_those_of_diff(string before, string after, string hunks) =>
        Assert.Equal($"--- a/f.S\n+++ b/f.S\n{hunks}", string.Join('\n', UnifiedDiff.Lines("f.S", before, after)));

    [Fact]
    public void No_difference_has_no_lines() => Assert.Empty(UnifiedDiff.Lines("f.S", "a\n", "a\n"));

    [Fact]
    public void Changes_far_apart_are_hunks_of_their_own()
    {
        var before = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i}\n"));
        var after = before.Replace("\n5\n", "\nfive\n", StringComparison.Ordinal).Replace("\n30\n", "\n", StringComparison.Ordinal);
        Assert.Equal(["@@ -3,7 +3,7 @@", "@@ -28,7 +28,6 @@"], UnifiedDiff.Lines("f.S", before, after).Where(line => line.StartsWith("@@", StringComparison.Ordinal)));
    }

    [Fact]
    public void Any_diff_applies_to_what_it_was_made_of()
    {
        var random = new Random(20261121);
        for (var i = 0; i < 300; i++)
        {
            var (before, after) = (Text(random), Text(random));
            if (before == after || before.Length == 0 || after.Length == 0)
            {
                continue;
            }

            _workspace.With("f.S", before);
            var diff = string.Concat(UnifiedDiff.Lines("f.S", before, after).Select(line => line + "\n"));
            var tree = PatchedTree.Apply(_workspace.Directory, _workspace.Directory, PatchReader.Read("p", diff));
            Assert.Equal(after, tree.Texts[Path.Combine(_workspace.Directory, "f.S")]);
        }
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => $"\t{"abc"[random.Next(3)]}\n"));
}
