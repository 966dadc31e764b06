using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Suppressions;

/// <summary>Reads the suppressions of one text.</summary>
/// <remarks>
/// <c>entrygen-disable EG2001, EG2003: reason</c> speaks of the line it stands on when code is on it, else of the next line with code. <c>entrygen-disable-begin</c> speaks
/// of everything up to <c>entrygen-disable-end</c>. All must be the first word of a comment, or of a line of one.
/// </remarks>
internal sealed class SuppressionReader
{
    /// <summary>What every suppression starts with.</summary>
    public const string Marker = "entrygen-";

    private const string Disable = "disable", Begin = "disable-begin", End = "disable-end";
    private const string Form = "'entrygen-disable EGxxxx: reason'";
    private static readonly char[] _blanks = [' ', '\t', '\r', ','];
    private static readonly HashSet<string> _words = new(StringComparer.Ordinal) { Disable, Begin, End };
    private static readonly Dictionary<string, AsmDiagnosticDescriptor> _rules = AsmDiagnosticCatalog.All.ToDictionary(rule => rule.Id, StringComparer.Ordinal);

    private readonly SourceText _source;
    private readonly List<SuppressedRange> _ranges = [];
    private readonly List<AsmDiagnostic> _problems = [];
    private readonly List<Suppression> _waiting = [];
    private readonly List<(Suppression Suppression, int Start)> _open = [];

    private SuppressionReader(SourceText source)
    {
        _source = source;
    }

    /// <summary>Reads a text.</summary>
    /// <returns>Its suppressions, and what is wrong with those that are none.</returns>
    public static (IReadOnlyList<SuppressedRange> Ranges, IReadOnlyList<AsmDiagnostic> Problems) Read(SourceText source)
    {
        if (source.Text.IndexOf(Marker, StringComparison.Ordinal) < 0)
        {
            return ([], []);
        }

        var reader = new SuppressionReader(source);
        foreach (var line in new CommentWords(source.Text).Lines())
        {
            reader.Read(line);
        }

        reader.Finish();
        return (reader._ranges, reader._problems);
    }

    private void Read(CommentWords.Line line)
    {
        foreach (var (start, end) in line.Comments)
        {
            if (string.CompareOrdinal(_source.Text, start, Marker, 0, Marker.Length) == 0)
            {
                ReadComment(start, end);
            }
        }

        if (line.HasCode)
        {
            _ranges.AddRange(_waiting.Select(suppression => new SuppressedRange(suppression, line.Start, line.End)));
            _waiting.Clear();
        }
    }

    private void Finish()
    {
        var end = _source.Text.Length;
        _ranges.AddRange(_waiting.Select(suppression => new SuppressedRange(suppression, end, end)));
        foreach (var (suppression, start) in _open)
        {
            _ranges.Add(new SuppressedRange(suppression, start, end));
            Refuse(suppression.Comment, "This suppression is not ended; write 'entrygen-disable-end' where it should.");
        }
    }

    private void ReadComment(int start, int end)
    {
        var text = _source.Text.Substring(start, end - start).TrimEnd();
        var span = SpanOf(start, text.Length);
        var length = text.IndexOfAny([' ', '\t', ':']);
        var word = (length < 0 ? text : text.Substring(0, length)).Substring(Marker.Length);
        if (!_words.Contains(word))
        {
            Refuse(SpanOf(start, Marker.Length + word.Length), $"'{Marker}{word}' is no suppression.{NearestName.Suggest(word, _words) switch { "" => $" Write {Form}.", var meant => meant }}");
            return;
        }

        var colon = text.IndexOf(':');
        var ids = text.Substring(Marker.Length + word.Length, (colon < 0 ? text.Length : colon) - Marker.Length - word.Length).Split(_blanks, StringSplitOptions.RemoveEmptyEntries);
        var reason = colon < 0 ? "" : text.Substring(colon + 1).Trim();
        if (word == End)
        {
            Close(start, span, ids);
        }
        else if (ids.Length == 0)
        {
            Refuse(span, $"A suppression names the rules: {Form}.");
        }
        else if (WhyNot(ids) is { } why)
        {
            Refuse(span, why);
        }
        else if (reason.Length == 0)
        {
            Refuse(span, $"A suppression says why: {Form}.");
        }
        else
        {
            var suppression = new Suppression(span, ids, reason);
            if (word == Begin)
            {
                _open.Add((suppression, start));
            }
            else
            {
                _waiting.Add(suppression);
            }
        }
    }

    private void Close(int end, SourceSpan span, string[] ids)
    {
        var at = _open.FindLastIndex(open => ids.Length == 0 || ids.SequenceEqual(open.Suppression.Rules));
        if (at < 0)
        {
            Refuse(span, _open.Count == 0
                ? "No suppression is open here; 'entrygen-disable-begin' opens one."
                : $"No suppression of {string.Join(", ", ids)} is open here; the last one is of {string.Join(", ", _open[_open.Count - 1].Suppression.Rules)}.");
            return;
        }

        _ranges.Add(new SuppressedRange(_open[at].Suppression, _open[at].Start, end));
        _open.RemoveAt(at);
    }

    private static string? WhyNot(string[] ids)
    {
        foreach (var id in ids)
        {
            if (!_rules.TryGetValue(id, out var rule))
            {
                return $"There is no rule '{id}'.{NearestName.Suggest(id, _rules.Keys.OrderBy(known => known, StringComparer.Ordinal))}";
            }

            if (rule.Severity == AsmSeverity.Error || rule == SuppressionDiagnostics.Malformed || rule == SuppressionDiagnostics.Unused)
            {
                return $"{id} cannot be suppressed: {(rule.Severity == AsmSeverity.Error ? "without it the code could not be read" : "correct the comment instead")}.";
            }
        }

        return null;
    }

    private SourceSpan SpanOf(int start, int length)
    {
        var (source, offset) = _source.Resolve(start);
        return new SourceSpan(source, offset, Math.Min(length, source.Text.Length - offset));
    }

    private void Refuse(SourceSpan span, string message) => _problems.Add(new AsmDiagnostic(SuppressionDiagnostics.Malformed, message, span));
}
