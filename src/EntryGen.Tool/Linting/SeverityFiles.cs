using System.Collections.Immutable;
using System.Globalization;
using EntryGen.Asm.Diagnostics;
using EntryGen.Tool.Messages;
using Microsoft.CodeAnalysis;

namespace EntryGen.Tool.Linting;

/// <summary>The severities of rules in <c>.globalconfig</c> and <c>.editorconfig</c> files, read as the compiler reads them.</summary>
/// <remarks>
/// Files are looked for in the directory of each assembly file that was named and in those above it. A section of an <c>.editorconfig</c> that fits a file says more than a
/// <c>.globalconfig</c>, and of two <c>.globalconfig</c> the one nearer to the file.
/// </remarks>
internal sealed class SeverityFiles
{
    private const string GlobalConfig = ".globalconfig", EditorConfig = ".editorconfig";
    private readonly AnalyzerConfigSet _sections;
    private readonly IReadOnlyList<AnalyzerConfigSet> _globals;
    private readonly Func<string, string?> _fullPath;

    private SeverityFiles(AnalyzerConfigSet sections, IReadOnlyList<AnalyzerConfigSet> globals, Func<string, string?> fullPath)
    {
        _sections = sections;
        _globals = globals;
        _fullPath = fullPath;
    }

    /// <summary>Finds and reads the files.</summary>
    /// <param name="named">A file to use instead of every <c>.globalconfig</c> that would be found; null for those.</param>
    /// <param name="files">The full paths of the assembly files.</param>
    /// <param name="fullPath">The full path of a file as messages show it.</param>
    /// <param name="directory">What relative paths are relative to.</param>
    /// <exception cref="InputException">A file cannot be read, or has a severity that there is not.</exception>
    public static SeverityFiles Read(string? named, IEnumerable<string> files, Func<string, string?> fullPath, string directory)
    {
        var directories = files.SelectMany(Above).Distinct(StringComparer.Ordinal).ToList();
        var sections = directories.Select(above => Path.Combine(above, EditorConfig)).Where(File.Exists).Select(path => Parse(path, path));
        var globals = named is not null
            ? [Parse(Path.GetFullPath(named, directory), named)]
            : directories.Select(above => Path.Combine(above, GlobalConfig)).Where(File.Exists).OrderByDescending(path => path.Length).Select(path => Parse(path, path)).ToList();
        return new SeverityFiles(Set(sections), [.. globals.Select(config => Set([config]))], fullPath);
    }

    /// <summary>The severity of a finding; null when it is not to be found.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="isAskedFor">Whether its rule was named in the call.</param>
    public AsmSeverity? SeverityOf(AsmDiagnostic finding, bool isAskedFor)
    {
        var byDefault = finding.Descriptor.IsOptInForFiles && !isAskedFor ? (AsmSeverity?)null : finding.Descriptor.Severity;

        // What keeps a file from being read cannot be made to matter less.
        return finding.Descriptor.Severity == AsmSeverity.Error
            ? AsmSeverity.Error
            : Configured(finding) switch
            {
                ReportDiagnostic.Error => AsmSeverity.Error,
                ReportDiagnostic.Warn => AsmSeverity.Warning,
                ReportDiagnostic.Info => AsmSeverity.Info,
                ReportDiagnostic.Hidden or ReportDiagnostic.Suppress => isAskedFor ? byDefault : null,
                _ => byDefault,
            };
    }

    private ReportDiagnostic? Configured(AsmDiagnostic finding)
    {
        if (finding.Span is { } span && _fullPath(span.Source.Path) is { } path)
        {
            var options = _sections.GetOptionsForSourcePath(path);
            Refuse(options.Diagnostics);
            if (Find(options.TreeOptions, finding.Id) is { } section)
            {
                return section;
            }
        }

        return _globals.Select(global => Find(global.GlobalConfigOptions.TreeOptions, finding.Id)).FirstOrDefault(found => found is not null);
    }

    private static ReportDiagnostic? Find(ImmutableDictionary<string, ReportDiagnostic> severities, string id) =>
        severities.TryGetValue(id, out var severity) ? severity : null;

    private static AnalyzerConfigSet Set(IEnumerable<AnalyzerConfig> configs)
    {
        var set = AnalyzerConfigSet.Create(configs.ToList(), out var problems);
        Refuse(problems);
        Refuse(set.GlobalConfigOptions.Diagnostics);
        return set;
    }

    private static void Refuse(ImmutableArray<Diagnostic> problems)
    {
        if (!problems.IsEmpty)
        {
            throw new InputException(problems[0].GetMessage(CultureInfo.InvariantCulture));
        }
    }

    private static AnalyzerConfig Parse(string path, string shown)
    {
        try
        {
            return AnalyzerConfig.Parse(File.ReadAllText(path), path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{shown}: {(File.Exists(path) ? failure.Message : "no such file (--globalconfig).")}");
        }
    }

    private static IEnumerable<string> Above(string file)
    {
        for (var directory = Path.GetDirectoryName(file); directory is not null; directory = Path.GetDirectoryName(directory))
        {
            yield return directory;
        }
    }
}
