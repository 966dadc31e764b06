using EntryGen.Asm.Gas.Expressions;

namespace EntryGen.Asm.Gas;

/// <summary>How far labels are apart, while reading: known where everything between them has a size that nothing can change any more.</summary>
/// <remarks>
/// GNU as calls a run of such statements a fragment. Alignments, <c>.org</c> and jumps whose length depends on where they go to begin a new one.
/// Nothing is computed before the first question.
/// </remarks>
/// <param name="statements">What has been read so far; grows.</param>
/// <param name="symbols">Values that sizes can depend on.</param>
/// <param name="subsection">Where in its section the next statement stands.</param>
internal sealed class Distances(IReadOnlyList<Statement> statements, SymbolTable symbols, Func<long> subsection)
{
    private readonly List<Place> _places = [];
    private bool _isAdvancing;
    private readonly Dictionary<(string Section, long Subsection), Place> _ends = [];
    private readonly List<Statement?> _causes = []; // by fragment: the statement that ended the one before

    /// <summary>The distance from one label to another in bytes.</summary>
    public bool TryMeasure(LabelDefinition from, LabelDefinition to, out long distance)
    {
        distance = 0;
        Advance();
        if (Find(from) is not { } start || Find(to) is not { } end || start.Fragment != end.Fragment)
        {
            return false;
        }

        distance = end.Offset - start.Offset;
        return true;
    }

    /// <summary>Says that two labels have no known distance, and why; without the full stop.</summary>
    public string Describe(LabelDefinition from, LabelDefinition to)
    {
        var reason = Find(from) is not { } start || Find(to) is not { } end || from.Section != to.Section ? "they are in different sections"
            : _causes[Math.Max(start.Fragment, end.Fragment)] is { } cause ? $"the size of '{cause.Text}' is not known while reading"
            : "they are in different subsections";
        return $"the distance of '{from.Name}' and '{to.Name}' is not known: {reason}";
    }

    private Place? Find(LabelDefinition label)
    {
        if (label.Sequence >= statements.Count)
        {
            return EndOf((label.Section, subsection()));
        }

        if (label.Sequence >= _places.Count)
        {
            return null;
        }

        // A common symbol has no place in its section yet.
        return label.Name == "." || statements[label.Sequence].Kind == StatementKind.Label ? _places[label.Sequence] : null;
    }

    // A size may depend on a distance, of labels before it: what is placed so far is all there is then.
    private void Advance()
    {
        if (_isAdvancing)
        {
            return;
        }

        _isAdvancing = true;
        for (var i = _places.Count; i < statements.Count; i++)
        {
            var statement = statements[i];
            var key = (statement.Section, statement.Subsection);
            var place = EndOf(key);
            _places.Add(place);
            if (StatementSizes.Find(statement, symbols, this) is { } size)
            {
                _ends[key] = place with { Offset = place.Offset + size };
            }
            else
            {
                _ends[key] = new Place(_causes.Count, 0);
                _causes.Add(statement);
            }
        }

        _isAdvancing = false;
    }

    private Place EndOf((string Section, long Subsection) key)
    {
        if (!_ends.TryGetValue(key, out var place))
        {
            _ends[key] = place = new Place(_causes.Count, 0);
            _causes.Add(null);
        }

        return place;
    }

    private readonly record struct Place(int Fragment, long Offset);
}
