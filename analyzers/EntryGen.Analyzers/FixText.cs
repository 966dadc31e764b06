using System.Globalization;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.Analyzers;

/// <summary>A fix as a property of a diagnostic: characters of documents and what stands there instead.</summary>
/// <param name="Title">What it does.</param>
/// <param name="Changes">The changes by path of the document.</param>
public sealed record FixText(string Title, IReadOnlyList<(string Path, TextChange Change)> Changes)
{
    // Record and unit separator of ASCII: neither is in a path or in assembly.
    private const char Record = '\u001e', Unit = '\u001f';

    /// <summary>Writes it down.</summary>
    public string Write() => Title + string.Concat(Changes.Select(item => string.Concat(
        Record.ToString(),
        item.Path,
        Unit.ToString(),
        item.Change.Span.Start.ToString(CultureInfo.InvariantCulture),
        Unit.ToString(),
        item.Change.Span.Length.ToString(CultureInfo.InvariantCulture),
        Unit.ToString(),
        item.Change.NewText)));

    /// <summary>Reads what <see cref="Write"/> wrote; null when it did not write that.</summary>
    public static FixText? Read(string text)
    {
        var records = text.Split(Record);
        var changes = new List<(string, TextChange)>();
        foreach (var fields in records.Skip(1).Select(record => record.Split(Unit)))
        {
            if (fields.Length != 4
                || !int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
                || !int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            {
                return null;
            }

            changes.Add((fields[0], new TextChange(new TextSpan(start, length), fields[3])));
        }

        return changes.Count == 0 ? null : new FixText(records[0], changes);
    }
}
