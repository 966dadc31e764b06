using System.CommandLine;
using System.Globalization;
using EntryGen.Asm;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Text;
using EntryGen.Kernel;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Input;

/// <summary>The option <c>--entry SYMBOL=KIND[:VECTOR]</c>: how symbols are reached that Linux does not have, or has otherwise.</summary>
internal sealed class EntryOption
{
    // FRED's entry points are two addresses of one page; Linux's names say which.
    private static readonly IReadOnlyDictionary<string, EntryKind> _kinds =
        Enum.GetValues<EntryKind>().Where(kind => kind != EntryKind.Fred).ToDictionary(kind => kind.ToString().ToLowerInvariant());

    private readonly Option<string[]> _option = new("--entry")
    {
        Description = "How a symbol is reached, where Linux does not have one of its name: " + string.Join(", ", _kinds.Keys)
            + ". An interrupt or a paranoid entry may have a vector, which decides whether there is an error code. May be given several times.",
        HelpName = "SYMBOL=KIND[:VECTOR]",
        DefaultValueFactory = _ => [],
    };

    /// <summary>The option itself.</summary>
    public Option Option => _option;

    /// <summary>Adds the option.</summary>
    public void AddTo(Command command) => command.Add(_option);

    /// <summary>The arguments that say the same.</summary>
    public IEnumerable<string> Words(ParseResult result) => (result.GetValue(_option) ?? []).SelectMany(text => new[] { "--entry", text });

    /// <summary>What is declared.</summary>
    /// <exception cref="InputException">A declaration is none.</exception>
    public DeclaredEntries Read(ParseResult result)
    {
        var entries = new List<EntryPoint>();
        foreach (var text in result.GetValue(_option) ?? [])
        {
            var entry = Parse(text);
            if (entries.Exists(other => other.Symbol == entry.Symbol))
            {
                throw new InputException($"--entry {text}: '{entry.Symbol}' is declared twice.");
            }

            entries.Add(entry);
        }

        return new DeclaredEntries(entries);
    }

    private static EntryPoint Parse(string text)
    {
        if (text.Split('=') is not [{ Length: > 0 } symbol, { Length: > 0 } way])
        {
            throw new InputException($"--entry {text}: it must be SYMBOL=KIND, as in 'trap=interrupt:14'. KIND is one of {string.Join(", ", _kinds.Keys)}.");
        }

        var parts = way.Split(':');
        if (!_kinds.TryGetValue(parts[0], out var kind))
        {
            throw new InputException($"--entry {text}: there is no kind '{parts[0]}'.{NearestName.Suggest(parts[0], _kinds.Keys)} It is one of {string.Join(", ", _kinds.Keys)}.");
        }

        return parts switch
        {
            [_] => KnownEntries.Resolve(symbol, kind),
            [_, var number] when kind is EntryKind.Interrupt or EntryKind.Paranoid =>
                byte.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var vector)
                    ? KnownEntries.Resolve(symbol, kind, vector)
                    : throw new InputException($"--entry {text}: a vector is a number from 0 to 255."),
            [_, _] => throw new InputException($"--entry {text}: only an interrupt or a paranoid entry has a vector of its own."),
            _ => throw new InputException($"--entry {text}: there is more than one ':' in it."),
        };
    }
}
