using System.Text;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>Makes one self-contained file of a unit: includes in their places, conditionals decided, macros and comments as they were written, line markers between.</summary>
/// <remarks>
/// Of the preprocessor's macros those stay that the unit uses, those that number CPU features, and the constants of asm-offsets.h. What is made is read again and
/// must give the same statements at the same places.
/// </remarks>
public static class SourceImport
{
    /// <summary>Imports a unit.</summary>
    /// <param name="main">The unit.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="files">Supplies included files.</param>
    /// <param name="header">What the first line says about where it came from, without comment signs.</param>
    /// <returns>The text, null when the unit has an error; and the unit as it was read.</returns>
    public static (string? Text, AssemblyListing Listing) Import(SourceText main, ReaderOptions options, ISourceResolver files, string header)
    {
        var listing = AsmReader.Read(main, options, files);
        if (listing.Diagnostics.Any(found => found.Descriptor.Severity == Diagnostics.AsmSeverity.Error))
        {
            return (null, listing);
        }

        var read = new Preprocessor(options.Preprocessor with { KeepsLines = true }, files).Process(LineMarkers.Apply(main));
        var names = new HashSet<string>(read.Macros.Used, StringComparer.Ordinal);
        names.UnionWith(read.Macros.ObjectLikeNames((name, source) =>
            name.StartsWith("X86_FEATURE_", StringComparison.Ordinal) || name.StartsWith("X86_BUG_", StringComparison.Ordinal)
            || source.Path.EndsWith("asm-offsets.h", StringComparison.Ordinal)));

        // Features are numbered by macros that nothing else uses; what those name in turn is kept with them.
        foreach (var name in names.ToList())
        {
            AddMentioned(read.Macros, name, names);
        }

        var text = Write(read.LinesRead, names, header);
        return (IsSame(text, options, files, listing) ? text : Write(read.LinesRead, null, header), listing);
    }

    private static void AddMentioned(MacroTable macros, string name, HashSet<string> names)
    {
        if (macros.Find(name) is not { } macro)
        {
            return;
        }

        foreach (var word in Words(macro.Body.Text))
        {
            if (macros.Find(word) is not null && names.Add(word))
            {
                AddMentioned(macros, word, names);
            }
        }
    }

    private static IEnumerable<string> Words(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var start = i;
            while (i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] == '_'))
            {
                i++;
            }

            if (i > start && !char.IsDigit(text[start]))
            {
                yield return text.Substring(start, i - start);
            }
        }
    }

    private static bool IsSame(string text, ReaderOptions options, ISourceResolver files, AssemblyListing expected)
    {
        var again = AsmReader.Read(new SourceText("import.S", text), new ReaderOptions { Assembler = options.Assembler }, files);
        return again.Statements.Count == expected.Statements.Count
            && again.Statements.Zip(expected.Statements, (left, right) => left.Text.Text == right.Text.Text && left.Line == right.Line && left.File.Path == right.File.Path).All(same => same);
    }

    private static string Write(IReadOnlyList<LineRead> lines, HashSet<string>? names, string header)
    {
        var text = new StringBuilder();
        text.Append("/* ").Append(header.Replace("*/", "* /")).Append(" */\n");
        LineRead? before = null;
        foreach (var line in lines)
        {
            if ((line.MacroName is { } name && names?.Contains(name) == false) || IsMarker(line))
            {
                before = End(text, before);
                continue;
            }

            // What stands between two lines that follow each other is blank or comment, and stays.
            if (before is { } last && ReferenceEquals(last.Source, line.Source) && last.Index + 1 == line.Index)
            {
                text.Append(line.Source.Text, last.End, line.Start - last.End);
            }
            else
            {
                End(text, before);
                AppendMarker(text, line);
            }

            if (IsDecided(line.Directive))
            {
                // The line is gone; its number stays.
                text.Append('\n', line.Source.LineAt(line.End) - line.Source.LineAt(line.Start));
            }
            else
            {
                text.Append(line.Source.Text, line.Start, line.End - line.Start);
            }

            before = line;
        }

        End(text, before);
        return text.ToString();
    }

    private static LineRead? End(StringBuilder text, LineRead? before)
    {
        if (before is not null)
        {
            text.Append('\n');
        }

        return null;
    }

    // Columns stay too: what stands before the first token of a line is blank or comment.
    private static void AppendMarker(StringBuilder text, LineRead line)
    {
        var (source, offset) = line.Source.Resolve(line.Start);
        text.Append(LineMarkers.Write(source.Path, source.LineAt(offset))).Append('\n');
        var start = line.Source.LineStart(line.Source.LineAt(line.Start));
        for (var i = start; i < line.Start; i++)
        {
            text.Append(line.Source.Text[i] == '\t' ? '\t' : ' ');
        }
    }

    private static bool IsMarker(LineRead line) => line.Directive == DirectiveKind.None && LineMarkers.IsAt(line.Source.Text, line.Start);

    private static bool IsDecided(DirectiveKind kind) => kind is DirectiveKind.Include or DirectiveKind.IncludeNext or DirectiveKind.Import or DirectiveKind.Line
        || DirectiveNames.Opens(kind) || DirectiveNames.Continues(kind);
}
