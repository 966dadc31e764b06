using EntryGen.Asm.Cpp;

namespace EntryGen.OracleTests.Cpp;

/// <summary>Macros and their definitions, as <c>gcc -dM</c> lists them.</summary>
internal static class MacroListing
{
    /// <summary>Name to the rest of the definition, without blanks.</summary>
    public static SortedDictionary<string, string> Parse(string output)
    {
        var macros = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var definition = line["#define ".Length..];
            var end = definition.IndexOfAny([' ', '(']);
            macros[definition[..end]] = WithoutBlanks(definition[end..]);
        }

        return macros;
    }

    /// <summary>The same of a table, without the macros that have no text.</summary>
    public static SortedDictionary<string, string> Of(MacroTable table)
    {
        var macros = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in table.Names)
        {
            var macro = table.Find(name)!;
            if (macro.Definition is null)
            {
                continue;
            }

            var parameters = macro.Parameters is { } list ? $"({string.Join(",", list)}{(macro.IsVariadic ? "..." : "")})" : "";
            macros[name] = WithoutBlanks(parameters.Replace("__VA_ARGS__...", "...") + macro.Body.Text);
        }

        return macros;
    }

    /// <summary>Named by the compiler rather than by the kernel.</summary>
    public static bool IsReserved(string name) => name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal);

    private static string WithoutBlanks(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}
