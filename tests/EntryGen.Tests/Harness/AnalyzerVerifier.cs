using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.Tests.Harness;

/// <summary>Compares what the analyzer says with the marks in a project's texts: same ids, same characters, nothing else.</summary>
internal static class AnalyzerVerifier
{
    /// <summary>Checks a project of one C# file.</summary>
    public static Task<ImmutableArray<Diagnostic>> VerifyAsync(string markedSource) => VerifyAsync(TestProject.Of(markedSource));

    /// <summary>Checks a project whose C# files and AdditionalFiles carry marks.</summary>
    /// <returns>The diagnostics, for what marks cannot say.</returns>
    public static async Task<ImmutableArray<Diagnostic>> VerifyAsync(TestProject marked)
    {
        var expected = new List<string>();
        var project = marked with
        {
            Sources = marked.Sources.ToImmutableSortedDictionary(file => file.Key, file => Unmark(file.Key, file.Value, expected)),
            Files = marked.Files.ToImmutableSortedDictionary(file => file.Key, file => Unmark(file.Key, file.Value, expected)),
        };

        var diagnostics = await project.AnalyzeAsync();
        var actual = diagnostics.Select(diagnostic => Describe(diagnostic, project));
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
        return diagnostics;
    }

    private static string Unmark(string path, string marked, List<string> expected)
    {
        var text = MarkedText.Parse(marked);
        expected.AddRange(text.Expected.Select(mark => Describe(mark.Id, path, mark.Span, text.Text)));
        return text.Text;
    }

    private static string Describe(Diagnostic diagnostic, TestProject project)
    {
        var path = diagnostic.Location.GetLineSpan().Path;
        var text = project.Sources.TryGetValue(path ?? "", out var source) ? source : project.Files.GetValueOrDefault(path ?? "", "");
        return diagnostic.Id == "AD0001" ? diagnostic.ToString() : Describe(diagnostic.Id, path ?? "", diagnostic.Location.SourceSpan, text);
    }

    private static string Describe(string id, string path, TextSpan span, string text)
    {
        var position = SourceText.From(text).Lines.GetLinePosition(Math.Min(span.Start, text.Length));
        return $"{path}({position.Line + 1},{position.Character + 1}) {id} «{text.Substring(span.Start, span.Length)}»";
    }
}
