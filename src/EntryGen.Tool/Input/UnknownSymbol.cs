using EntryGen.Asm.Text;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Input;

/// <summary>The message for a symbol that no file defines.</summary>
internal static class UnknownSymbol
{
    /// <summary>Says that it is not there, and which one was probably meant.</summary>
    public static InputException In(IReadOnlyList<ReadUnit> units, string symbol)
    {
        var where = units.Count == 1 ? "" : $" nor in the {units.Count - 1} other file{(units.Count == 2 ? "" : "s")}";
        var nearest = NearestName.Find(symbol, units.SelectMany(unit => unit.Listing.Symbols.Labels.Keys));
        return new InputException($"{units[0].Source.Path}:1:1: no symbol '{symbol}' is defined here{where}{(nearest is null ? "." : $"; did you mean '{nearest}'?")}");
    }
}
