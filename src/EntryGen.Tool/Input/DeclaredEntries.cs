using EntryGen.Asm;
using EntryGen.Asm.Flow.States;
using EntryGen.Kernel;

namespace EntryGen.Tool.Input;

/// <summary>The entries of the files: those that the call declares, and those that Linux has by their names.</summary>
/// <param name="Declared">What the call declares.</param>
internal sealed record DeclaredEntries(IReadOnlyList<EntryPoint> Declared)
{
    /// <summary>How a symbol is reached; by a call, when nobody says.</summary>
    public EntryPoint Resolve(string symbol) => Declared.FirstOrDefault(entry => entry.Symbol == symbol) ?? KnownEntries.Find(symbol) ?? KnownEntries.Resolve(symbol, EntryKind.Call);

    /// <summary>Whether nobody says how a symbol is reached.</summary>
    public bool IsUnknown(string symbol) => KnownEntries.Find(symbol) is null && Declared.All(entry => entry.Symbol != symbol);

    /// <summary>The entries that some units define: Linux's in the order of <see cref="KnownEntries.All"/>, then the others as they are declared.</summary>
    public IReadOnlyList<EntryPoint> In(Func<string, bool> defines) =>
        [.. KnownEntries.All.Select(entry => entry.Symbol).Concat(Declared.Select(entry => entry.Symbol)).Distinct().Where(defines).Select(Resolve)];

    /// <summary>The entries of a Program as rules see them, in the order of their addresses.</summary>
    public IReadOnlyList<AnalyzedEntry> Of(Program program)
    {
        var declared = Declared.ToDictionary(entry => entry.Symbol);
        return
        [
            .. EntryFinder.Find(program).Where(entry => !declared.ContainsKey(entry.Symbol)).Concat(
                from entry in Declared
                where program.Symbols.TryGetValue(entry.Symbol, out var symbol) && symbol.Item is not null
                select EntryFinder.Describe(entry.Symbol, program.Symbols[entry.Symbol].Item!, entry.Kind.ToString(), entry.Vector))
            .OrderBy(entry => entry.Item.Index).ThenBy(entry => entry.Symbol, StringComparer.Ordinal),
        ];
    }

    /// <summary>Refuses a declaration of a symbol that no unit defines.</summary>
    /// <exception cref="Messages.InputException">There is one.</exception>
    public void MustBeIn(IReadOnlyList<ReadUnit> units)
    {
        if (Declared.FirstOrDefault(entry => !units.Any(unit => unit.Defines(entry.Symbol))) is { } missing)
        {
            throw UnknownSymbol.In(units, missing.Symbol);
        }
    }
}
