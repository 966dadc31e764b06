namespace EntryGen.Asm.Building;

/// <summary>Lists the named labels of what is kept. Labels that macros make up (.L names) are only there when something refers to them.</summary>
internal sealed class SymbolCollector(CodeGraph graph, Reachability reachable)
{
    private readonly Dictionary<string, ProgramSymbol> _symbols = new(StringComparer.Ordinal);

    /// <summary>The symbols of all units; a global name goes before a local one of the same spelling.</summary>
    public IReadOnlyDictionary<string, ProgramSymbol> Collect(IReadOnlyList<UnitContent> units)
    {
        foreach (var unit in units)
        {
            Collect(unit, globals: true);
        }

        foreach (var unit in units)
        {
            Collect(unit, globals: false);
        }

        return _symbols;
    }

    private void Collect(UnitContent unit, bool globals)
    {
        foreach (var label in unit.Symbols.Labels.Values)
        {
            if (unit.Symbols.IsGlobal(label.Name) != globals || unit.Find(label.Section) is not { } section
                || (label.Name.StartsWith(".L", StringComparison.Ordinal) && !graph.Linker.IsUsed(label)))
            {
                continue;
            }

            var item = section.IsCode ? section.ItemFrom(label.Sequence) : null;
            if (item is null ? !reachable.Data.Contains(section) : !reachable.Keeps(item))
            {
                continue;
            }

            var name = _symbols.ContainsKey(label.Name) ? $"{label.Name}@{unit.Unit.Name}" : label.Name;
            _symbols[name] = new ProgramSymbol(name, item, label.Section, section.AddressOf(label.Sequence), globals, label.Span);
        }
    }
}
