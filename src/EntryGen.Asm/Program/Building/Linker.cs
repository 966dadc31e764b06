using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;

namespace EntryGen.Asm.Building;

/// <summary>Finds what symbols mean: in their unit, or among the global symbols of all units.</summary>
internal sealed class Linker
{
    private readonly Dictionary<string, (UnitContent Unit, LabelDefinition Label)> _globals = new(StringComparer.Ordinal);

    private readonly HashSet<LabelDefinition> _used = [];

    public Linker(IReadOnlyList<UnitContent> units)
    {
        foreach (var unit in units)
        {
            var weak = new HashSet<string>(
                unit.Unit.Listing.Statements
                    .Where(statement => statement.Kind == StatementKind.Directive && statement.Name == ".weak")
                    .Select(statement => statement.Operands.Text),
                StringComparer.Ordinal);
            foreach (var name in unit.Symbols.Globals.OrderBy(name => name, StringComparer.Ordinal))
            {
                if (unit.Symbols.FindLabel(name) is { } label)
                {
                    Define(unit, name, label, weak.Contains(name));
                }
            }
        }
    }

    /// <summary>What a term of an expression means.</summary>
    public SymbolTarget Link(UnitContent unit, SymbolTerm term)
    {
        if (term.Definition is { } label)
        {
            _used.Add(label);
        }

        return Look(unit, term);
    }

    /// <summary>The same for a note about the code, which is no use of the symbol.</summary>
    public SymbolTarget Look(UnitContent unit, SymbolTerm term)
    {
        if (term.Definition is { } label)
        {
            return new SymbolTarget(term.Name, unit.SectionOf(label.Section), label.Sequence);
        }

        return _globals.TryGetValue(term.Name, out var global)
            ? new SymbolTarget(term.Name, global.Unit.SectionOf(global.Label.Section), global.Label.Sequence)
            : new SymbolTarget(term.Name, null, 0);
    }

    /// <summary>Whether something asked for a label.</summary>
    public bool IsUsed(LabelDefinition label) => _used.Contains(label);

    /// <summary>A global symbol or, failing that, the first local one of a name; null when there is none.</summary>
    public static SymbolTarget? Find(IReadOnlyList<UnitContent> units, string name)
    {
        foreach (var globals in new[] { true, false })
        {
            foreach (var unit in units)
            {
                if (unit.Symbols.FindLabel(name) is { } label && unit.Symbols.IsGlobal(name) == globals)
                {
                    return new SymbolTarget(name, unit.SectionOf(label.Section), label.Sequence);
                }
            }
        }

        return null;
    }

    private void Define(UnitContent unit, string name, LabelDefinition label, bool isWeak)
    {
        if (!_globals.TryGetValue(name, out var first))
        {
            _globals.Add(name, (unit, label));
        }
        else if (!isWeak)
        {
            unit.Diagnostics.Add(new AsmDiagnostic(
                ProgramDiagnostics.DuplicateGlobal, $"'{name}' is already defined in {first.Unit.Unit.Name}; the first definition is used.", label.Span));
        }
    }
}
