using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>What a reading leaves for the next one of the same unit.</summary>
/// <param name="Options">How it was read.</param>
/// <param name="File">The lines.</param>
/// <param name="Passages">What they did, in order, as far as reading went.</param>
internal sealed record ReadingRecord(AssemblerOptions Options, FileText File, IReadOnlyList<Passage> Passages);

/// <summary>The reading before this one: finds passages that would do the same again.</summary>
internal sealed class PreviousReading
{
    private readonly IReadOnlyList<Passage> _passages;
    private readonly FileText _file;
    private readonly UnchangedLines _lines;
    private readonly NameDifferences _differences;
    private readonly Dictionary<MacroDefinition, MacroDefinition> _macros = [];
    private int _next; // the first passage not accounted for
    private MacroDefinition? _redefined; // of the passage that is about to be read again

    private PreviousReading(AssemblyListing listing, ReadingRecord record, SourceVersions versions, FileText file, SymbolTable symbols, AssemblerOptions options)
    {
        Versions = versions;
        Statements = listing.Statements;
        MacroCalls = listing.MacroCalls;
        _passages = record.Passages;
        _file = record.File;
        _lines = new UnchangedLines(record.File, file, versions);
        _differences = new NameDifferences(listing.Symbols, symbols);
        foreach (var name in record.Options.Symbols.Keys.Concat(options.Symbols.Keys))
        {
            _differences.Doubt(name);
        }
    }

    /// <summary>The texts then and now.</summary>
    public SourceVersions Versions { get; }

    /// <summary>The statements of the previous reading.</summary>
    public IReadOnlyList<Statement> Statements { get; }

    /// <summary>The macro calls of the previous reading.</summary>
    public IReadOnlyList<MacroCall> MacroCalls { get; }

    /// <summary>Prepares a reading for use; null when nothing of it can be used.</summary>
    public static PreviousReading? Of(AssemblyListing listing, SourceVersions versions, FileText file, SymbolTable symbols, AssemblerOptions options) =>
        listing.Record is { } record && HaveSameBounds(record.Options, options)
            ? new PreviousReading(listing, record, versions, file, symbols, options)
            : null;

    /// <summary>A macro as it is defined now; null for one whose definition was not found again.</summary>
    public MacroDefinition? MacroNow(MacroDefinition before) => _macros.TryGetValue(before, out var now) ? now : null;

    /// <summary>The number of the line at which a passage started.</summary>
    public int LineOf(Passage passage) => _file.Line(_file.LineAt(passage.Start)).Line;

    /// <summary>The passage found last with the numbers that <c>\@</c> has now; null when these are the same, or it has none.</summary>
    public RenumberedPassage? Renumbered { get; private set; }

    /// <summary>The passage that starts at an index now, if it would do what it did; null when it must be read.</summary>
    /// <param name="index">Index in the text of the file.</param>
    /// <param name="state">The state there. Equal sections become the same, so that a deep stack is compared once.</param>
    public Passage? Find(int index, ref AssemblerState state)
    {
        _redefined = null;
        if (_lines.Find(index) is not { } start || IndexOf(start) is not { } found)
        {
            return null;
        }

        for (; _next < found; _next++)
        {
            _differences.Add(_passages[_next].Needs);
        }

        var passage = _passages[found];
        if (!passage.CanBeRepeated || !_lines.HaveAll(passage.Start, passage.End) || !IsSame(passage, ref state))
        {
            return null;
        }

        var shift = passage.Needs.Counter ? state.Calls - passage.Before.Calls : 0;
        Renumbered = shift == 0 ? null : Renumber(passage, shift);
        if ((shift != 0 && Renumbered is null) || _differences.Concern(passage, Renumbered?.Labels))
        {
            return null;
        }

        if (passage.Macro is { } macro && !Versions.IsUnaffected(_file.Text, passage.Start, passage.End - passage.Start))
        {
            _redefined = macro;
            return null;
        }

        return passage;
    }

    /// <summary>The passage found last was repeated.</summary>
    /// <param name="passage">As it is now.</param>
    public void Repeated(Passage passage)
    {
        if (Renumbered is not null)
        {
            // Its labels have other names now.
            _differences.Add(_passages[_next].Needs);
            _differences.Add(passage.Needs);
        }

        if (_passages[_next].Macro is { } macro)
        {
            _macros.Add(macro, macro);
        }

        _next++;
    }

    /// <summary>A passage was read, rather than repeated.</summary>
    public void Add(Passage passage)
    {
        if (_redefined is { } before && passage is { Macro: { } now, Needs.AreKnown: true })
        {
            _macros.Add(before, now);
            _next++;
        }
        else
        {
            _differences.Add(passage.Needs);
        }
    }

    private static bool IsSame(Passage passage, ref AssemblerState state)
    {
        var before = passage.Before;
        if (!before.Sections.IsSameAs(state.Sections))
        {
            return false;
        }

        state.Sections = before.Sections;
        return before.CodeBits == state.CodeBits
            && before.IsAlternate == state.IsAlternate
            && (!passage.Needs.CounterValue || before.Calls == state.Calls)
            && (!passage.Needs.Locals || before.Locals == state.Locals);
    }

    // Null when other numbers could make more different than the names they are in.
    private RenumberedPassage? Renumber(Passage passage, int shift)
    {
        var uses = passage.Counters ??= CounterUses.Of(passage, Statements, MacroCalls);
        if (uses == CounterUses.Unknown)
        {
            return null;
        }

        var renumbered = uses.Renumber(passage, Statements, shift);
        var names = new HashSet<string>(renumbered.Labels.Values, StringComparer.Ordinal);
        var has = passage.Needs.Symbols.Any(names.Contains) || passage.Needs.ChangedSymbols.Any(name => names.Contains(name) && !renumbered.Labels.ContainsKey(name));
        return has ? null : renumbered; // it would meet its own names, where it did not
    }

    private static bool HaveSameBounds(AssemblerOptions one, AssemblerOptions two) => one with { Symbols = two.Symbols } == two;

    private int? IndexOf(int start)
    {
        var low = _next;
        var high = _passages.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_passages[middle].Start == start)
            {
                return middle;
            }

            if (_passages[middle].Start < start)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return null;
    }
}
