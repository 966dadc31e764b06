using EntryGen.Asm.Gas;

namespace EntryGen.Tool.Expansion;

/// <summary>Which statements belong to a symbol.</summary>
internal static class SymbolExtent
{
    /// <summary>
    /// The statements from the label to the end of the function it is in: the next <c>.size</c>, which every annotated function has at its end,
    /// or without one the next global label of its section. None when the listing does not define the symbol.
    /// </summary>
    public static IEnumerable<Statement> Of(AssemblyListing listing, string symbol)
    {
        if (listing.Symbols.FindLabel(symbol) is not { } label)
        {
            return [];
        }

        var following = listing.Statements.Skip(label.Sequence + 1);
        var end = following.FirstOrDefault(EndsFunction) ?? following.FirstOrDefault(StartsAnother);
        return listing.Statements.Skip(label.Sequence).TakeWhile(statement => statement != end);

        static bool EndsFunction(Statement statement) => statement is { Kind: StatementKind.Directive, Name: ".size" };

        bool StartsAnother(Statement statement) =>
            statement.Kind == StatementKind.Label && statement.Section == label.Section && listing.Symbols.IsGlobal(statement.Name);
    }
}
