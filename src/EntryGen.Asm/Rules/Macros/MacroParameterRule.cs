using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Rules.Macros;

/// <summary>EG1003 and EG1004: parameters that the body does not use, and names in the body that are no parameters. GNU as says nothing about either.</summary>
internal sealed class MacroParameterRule : IRule
{
    // What follows a backslash in strings (info as, "Strings").
    private const string Escapes = "bfnrtvxX01234567\"\\";

    private static readonly char[] _separators = [.. Enumerable.Range(0, 128).Select(code => (char)code).Where(character => !Characters.IsNamePart(character))];

    /// <inheritdoc/>
    public IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [MacroDiagnostics.UnusedParameter, MacroDiagnostics.UnknownParameter];

    /// <inheritdoc/>
    public IEnumerable<AsmDiagnostic> Check(RuleInput input, CancellationToken cancellation)
    {
        var seen = new HashSet<SourceSpan>();
        foreach (var macro in input.Listings.SelectMany(listing => listing.Macros.Values).OrderBy(macro => macro.Definition?.Start ?? 0))
        {
            cancellation.ThrowIfCancellationRequested();
            if (macro.Definition is { Source.GivesWay: false } definition && seen.Add(definition))
            {
                foreach (var finding in CheckUnused(macro).Concat(CheckUnknown(macro)))
                {
                    yield return finding;
                }
            }
        }
    }

    // A body without a statement takes what it is given and does nothing: the other half of a #ifdef.
    private static IEnumerable<AsmDiagnostic> CheckUnused(MacroDefinition macro)
    {
        if (string.IsNullOrWhiteSpace(macro.Body.Text))
        {
            yield break;
        }

        var used = new HashSet<string>(macro.Body.Text.Split(_separators, StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
        foreach (var parameter in macro.Parameters.Where(parameter => !used.Contains(parameter.Name)))
        {
            yield return new AsmDiagnostic(
                MacroDiagnostics.UnusedParameter,
                $"The body of '{macro.Name}' does not use its parameter '{parameter.Name}'.",
                parameter.Definition);
        }
    }

    private static IEnumerable<AsmDiagnostic> CheckUnknown(MacroDefinition macro)
    {
        var text = macro.Body.Text;
        var ofOthers = NamesOfBlocks(text);
        var isQuoted = false;
        for (var i = 0; i + 1 < text.Length; i++)
        {
            isQuoted = text[i] switch { '"' => !isQuoted, '\n' => false, _ => isQuoted };
            if (text[i] != '\\')
            {
                continue;
            }

            var end = Characters.NameEnd(text, i + 1, text.Length);
            var isName = end > i + 1 && Characters.IsNameStart(text[i + 1]);
            var name = text.Substring(i + 1, end - i - 1);
            if (isName && !(isQuoted && Escapes.IndexOf(text[i + 1]) >= 0) && macro.IndexOf(name) < 0 && !ofOthers.Contains(name))
            {
                var nearest = NearestName.Find(name, macro.Parameters.Select(parameter => parameter.Name));
                yield return new AsmDiagnostic(
                    MacroDiagnostics.UnknownParameter,
                    $"'{macro.Name}' has no parameter '{name}'; '\\{name}' stays as it is.{NearestName.Suggest(name, macro.Parameters.Select(parameter => parameter.Name))}",
                    macro.Body.SpanOf(i + 1, name.Length))
                {
                    Suggestion = nearest,
                };
            }

            // The backslash of an escape takes the next character with it.
            i = isName ? end - 1 : text[i + 1] is '\\' or '"' ? i + 1 : i;
        }
    }

    // The variable of .irp and .irpc, and the parameters of a macro that the body defines.
    private static HashSet<string> NamesOfBlocks(string body)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in body.Split('\n', ';'))
        {
            var words = line.Split(_separators, StringSplitOptions.RemoveEmptyEntries);
            var at = Array.FindIndex(words, word => word is ".irp" or ".irpc" or ".macro");
            if (at >= 0)
            {
                names.UnionWith(words[at] == ".macro" ? words.Skip(at + 2) : words.Skip(at + 1).Take(1));
            }
        }

        return names;
    }
}
