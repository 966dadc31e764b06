using EntryGen.Asm;

namespace EntryGen.Tool.Expansion;

/// <summary>What the files use and none of them defines.</summary>
internal static class ExternalsText
{
    private const int MostPlaces = 4;

    /// <summary>Writes the symbols, one a line: class, name, where it is used.</summary>
    public static void Write(LinkMap map, TextWriter output)
    {
        foreach (var symbol in Ordered(map))
        {
            var places = symbol.References.Select(PlaceOf).Distinct().ToList();
            var shown = string.Join(", ", places.Take(MostPlaces)) + (places.Count > MostPlaces ? $" and {places.Count - MostPlaces} more" : "");
            output.Write($"{NameOf(symbol.Class),-10} {symbol.Name,-40} {shown}\n");
        }
    }

    /// <summary>Writes the symbols as JSON, one a line.</summary>
    public static void WriteJson(LinkMap map, TextWriter output)
    {
        var lines = new JsonLines(output);
        foreach (var symbol in Ordered(map))
        {
            lines.Write(json =>
            {
                json.WriteString("symbol", symbol.Name);
                json.WriteString("class", NameOf(symbol.Class));
                json.WriteStartArray("places");
                foreach (var place in symbol.References.Select(PlaceOf).Distinct())
                {
                    json.WriteStringValue(place);
                }

                json.WriteEndArray();
            });
        }
    }

    private static IEnumerable<LinkedSymbol> Ordered(LinkMap map) => map.Externals.OrderBy(symbol => symbol.Class).ThenBy(symbol => symbol.Name, StringComparer.Ordinal);

    private static string PlaceOf(Instruction instruction) => $"{instruction.Statement.File.Path}:{instruction.Statement.Line}";

    private static string NameOf(SymbolClass kind) => kind switch
    {
        SymbolClass.CFunction => "function",
        SymbolClass.Data => "data",
        _ => "assembly",
    };
}
