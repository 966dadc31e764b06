using System.Text;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Linting;

/// <summary>Makes the fixes that findings suggest, in memory, until none is left that helps.</summary>
/// <remarks>
/// Fixes in each other's way are made one after the other, each on what the one before it left. After each round everything is looked at again: what does not leave less to be found,
/// or leaves code that cannot be read, is taken back. So what is fixed stays fixed, and doing it again does nothing.
/// </remarks>
internal sealed class FixRun
{
    private const int MostRounds = 64;
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Func<IReadOnlyDictionary<string, string?>, LintReport> _check;
    private readonly Func<string, string?> _fullPath;
    private readonly Func<string, bool> _mayChange;
    private readonly HashSet<string> _useless = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FixedFile> _files = new(StringComparer.Ordinal);

    private FixRun(Func<IReadOnlyDictionary<string, string?>, LintReport> check, Func<string, string?> fullPath, Func<string, bool> mayChange)
    {
        _check = check;
        _fullPath = fullPath;
        _mayChange = mayChange;
    }

    /// <summary>The files that change, in the order in which messages show them.</summary>
    public IReadOnlyList<FixedFile> Files { get; private set; } = [];

    /// <summary>The titles of the fixes made, in order.</summary>
    public List<string> Made { get; } = [];

    /// <summary>What is found after them.</summary>
    public LintReport Report { get; private set; } = null!;

    /// <summary>Makes fixes.</summary>
    /// <param name="check">Looks at the files, some of them with another text than on disk (by full path).</param>
    /// <param name="fullPath">The full path of a file as messages show it; null for a text that is no file.</param>
    /// <param name="mayChange">Whether a file, by full path, is one to change.</param>
    public static FixRun Of(Func<IReadOnlyDictionary<string, string?>, LintReport> check, Func<string, string?> fullPath, Func<string, bool> mayChange)
    {
        var run = new FixRun(check, fullPath, mayChange);
        run.Report = check(new Dictionary<string, string?>());
        for (var round = 0; round < MostRounds && run.Advance(); round++)
        {
        }

        run.Files = [.. run._files.Values.Where(file => file.Before != file.After).OrderBy(file => file.Path, StringComparer.Ordinal)];
        return run;
    }

    /// <summary>Writes the files.</summary>
    /// <exception cref="InputException">One cannot be written; says which. Those before it are written.</exception>
    public void Write()
    {
        foreach (var file in Files)
        {
            try
            {
                File.WriteAllText(file.FullPath, file.After, new UTF8Encoding(encoderShouldEmitUTF8Identifier: file.HasMark));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new InputException($"{file.Path}: cannot be written: {failure.Message}");
            }
        }
    }

    // All that can be made together, or when that does not help the first one that does.
    private bool Advance()
    {
        var chosen = SuggestedFixes.Compatible(Fixes(Report), (left, right) => _fullPath(left.Path) == _fullPath(right.Path));
        if (chosen.Count == 0)
        {
            return false;
        }

        if (TryMake(chosen))
        {
            return true;
        }

        foreach (var fix in chosen)
        {
            if (chosen.Count > 1 && TryMake([fix]))
            {
                return true;
            }

            _useless.Add(KeyOf(fix));
        }

        return false;
    }

    private bool TryMake(IReadOnlyList<SuggestedFix> fixes)
    {
        var changed = new Dictionary<string, FixedFile>(_files, StringComparer.Ordinal);
        foreach (var edits in fixes.SelectMany(fix => fix.Edits).GroupBy(edit => _fullPath(edit.Span.Source.Path)!, StringComparer.Ordinal))
        {
            var file = changed[edits.Key];
            changed[edits.Key] = file with { After = SuggestedFixes.Apply(file.After, edits) };
        }

        var report = _check(changed.ToDictionary(file => file.Key, file => (string?)file.Value.After, StringComparer.Ordinal));
        if (report.Findings.Count >= Report.Findings.Count || (Report.IsRead && !report.IsRead))
        {
            return false;
        }

        foreach (var (path, file) in changed)
        {
            _files[path] = file;
        }

        Report = report;
        Made.AddRange(fixes.Select(fix => fix.Title));
        return true;
    }

    private IEnumerable<SuggestedFix> Fixes(LintReport report) => report.Findings
        .Select(finding => finding.Diagnostic.Fix).OfType<SuggestedFix>()
        .Where(fix => !_useless.Contains(KeyOf(fix)) && fix.Edits.All(edit => _fullPath(edit.Span.Source.Path) is { } path && _mayChange(path) && HoldsText(path, edit.Span.Source)));

    // The characters of a span are those of the file: not of a part of it that a line marker says was written elsewhere.
    private bool HoldsText(string path, SourceText source) => FileOf(source.Path, path).After == source.Text;

    private static string KeyOf(SuggestedFix fix) => string.Join('\n', fix.Edits.Select(edit => $"{edit.Span}: {edit.Replacement}").Prepend(fix.Title));

    private FixedFile FileOf(string shown, string path)
    {
        if (!_files.TryGetValue(path, out var file))
        {
            _files.Add(path, file = Load(shown, path));
        }

        return file;
    }

    private static FixedFile Load(string shown, string path)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            var hasMark = bytes is [0xEF, 0xBB, 0xBF, ..];
            var text = _utf8.GetString(bytes, hasMark ? 3 : 0, bytes.Length - (hasMark ? 3 : 0));
            return new FixedFile(shown, path, text, text, hasMark);
        }
        catch (DecoderFallbackException)
        {
            // Written back it would lose characters: a text that no finding is in.
            return new FixedFile(shown, path, "\0", "\0", false);
        }
    }
}

/// <summary>A file before and after fixes.</summary>
/// <param name="Path">The file as messages show it.</param>
/// <param name="FullPath">The file.</param>
/// <param name="Before">Its text.</param>
/// <param name="After">Its text with the fixes made.</param>
/// <param name="HasMark">Whether it begins with a byte order mark.</param>
internal sealed record FixedFile(string Path, string FullPath, string Before, string After, bool HasMark);
