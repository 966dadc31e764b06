namespace EntryGen.Asm.Gas;

/// <summary>The names that mean something else than they did at the same place of the previous reading.</summary>
/// <param name="before">Symbols of the previous reading, all of them.</param>
/// <param name="now">Symbols of this one so far.</param>
internal sealed class NameDifferences(SymbolTable before, SymbolTable now)
{
    private readonly HashSet<string> _macros = new(StringComparer.Ordinal);
    private readonly HashSet<string> _symbols = new(StringComparer.Ordinal);
    private readonly HashSet<string> _doubtful = new(StringComparer.Ordinal);

    /// <summary>A symbol may differ from now on.</summary>
    public void Doubt(string symbol) => _doubtful.Add(symbol);

    /// <summary>A passage was in one of the readings only.</summary>
    public void Add(PassageNeeds passage)
    {
        _macros.UnionWith(passage.ChangedMacros);
        _doubtful.UnionWith(passage.ChangedSymbols);
    }

    /// <summary>Whether a passage of the previous reading depends on a name that differs.</summary>
    /// <param name="passage">The passage.</param>
    /// <param name="renamed">Labels that it had and those that it would have now instead, pair by pair; they are in its texts only.</param>
    public bool Concern(Passage passage, IReadOnlyDictionary<string, string>? renamed)
    {
        foreach (var name in _doubtful)
        {
            // Most symbols that macros set are set by each of their calls, and to the same value at last.
            if (AreSame(name, passage.FirstStatement))
            {
                _symbols.Remove(name);
            }
            else
            {
                _symbols.Add(name);
            }
        }

        _doubtful.Clear();
        return (_macros.Count > 0 && passage.Needs.Words.Any(_macros.Contains))
            || (_symbols.Count > 0 && (passage.Needs.Symbols.Any(_symbols.Contains) || passage.Needs.ChangedSymbols.Any(name => _symbols.Contains(name) && renamed?.ContainsKey(name) is not true)))
            || (renamed is not null && renamed.Any(label => IsTaken(label.Key, before, passage.FirstStatement) || IsTaken(label.Value, now, int.MaxValue)));
    }

    // Given a place or a value before a statement.
    private static bool IsTaken(string name, SymbolTable symbols, int sequence) =>
        (symbols.FindLabel(name) is { } label && label.Sequence < sequence) || symbols.LastAssignment(name) is not null;

    private bool AreSame(string name, int sequence)
    {
        if (before.FindLabel(name) is { } label && label.Sequence < sequence || now.FindLabel(name) is not null)
        {
            return false;
        }

        var old = before.FindAssignment(name, sequence);
        var value = now.FindAssignment(name, int.MaxValue);
        return old is null || old.Sequence >= sequence
            ? value is null
            : value is not null && old.IsFinal == value.IsFinal && old.Value.IsConstant && value.Value.IsConstant && old.Value.Addend == value.Value.Addend;
    }
}
