using System.Text.RegularExpressions;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests.Rules.Edits;

/// <summary>A small mistake, made in one line of the kernel's entry code.</summary>
/// <param name="File">The file in arch/x86/entry.</param>
/// <param name="Scope">Pattern of the function, macro or label whose lines are looked at, to its end.</param>
/// <param name="Pattern">What the line is found by.</param>
/// <param name="Match">Which of the lines that match, from 0.</param>
/// <param name="Replacement">What stands there instead; null when the line is left out.</param>
/// <param name="Rules">The rules one of which must find it.</param>
public sealed record KernelEdit(string File, string Scope, string Pattern, int Match, string? Replacement, string Rules)
{
    /// <summary>The file after the edit.</summary>
    /// <exception cref="InvalidOperationException">There is no such line.</exception>
    public SourceText Apply(string version)
    {
        var source = KernelRules.Read(version, "arch/x86/entry/" + File);
        var lines = source.Text.Split('\n');
        var code = WithoutComments(source.Text).Split('\n');
        var start = Array.FindIndex(code, line => Regex.IsMatch(line, $@"^\s*(SYM_\w*(START|LABEL)\w*\(({Scope})\b|\.macro\s+({Scope})\b|({Scope}):)"));
        var end = start < 0 ? -1 : Array.FindIndex(code, start + 1, line => Regex.IsMatch(line, @"^\s*(SYM_(CODE|FUNC)_END\b|\.endm\b)"));
        var hits = start < 0 ? [] : Enumerable.Range(start, end - start).Where(i => Regex.IsMatch(code[i], Pattern)).ToList();
        if (hits.Count <= Match)
        {
            throw new InvalidOperationException($"{version} has no such line: {this}");
        }

        lines[hits[Match]] = Replacement is null ? "" : Regex.Replace(code[hits[Match]], Pattern, Replacement);
        return new SourceText(source.Path, string.Join('\n', lines));
    }

    private static string WithoutComments(string text) =>
        Regex.Replace(text, @"/\*.*?\*/", match => Regex.Replace(match.Value, "[^\n]", " "), RegexOptions.Singleline);
}
