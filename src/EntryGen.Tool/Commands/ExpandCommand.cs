using System.CommandLine;
using EntryGen.Asm.Gas;
using EntryGen.Tool.Expansion;
using EntryGen.Tool.Input;

namespace EntryGen.Tool.Commands;

/// <summary><c>entrygen expand</c>: what the assembler executes, flat.</summary>
internal static class ExpandCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Host host)
    {
        var input = new InputOptions();
        var symbol = new Option<string?>("--symbol") { Description = "Only the code of this symbol.", HelpName = "NAME" };
        var format = FormatOption.Create();
        var command = new Command("expand", "Prints the instructions of assembly files after all macros, each with its source line and macro stack.");
        input.AddTo(command);
        command.Add(symbol);
        command.Add(format);
        command.SetAction(result =>
        {
            var units = input.Read(result, host).ReadUnits();

            // The assembler would refuse what is no instruction; statements alone do not show it.
            ReaderInput.Link(units, entries: null);
            Write(units, result.GetValue(symbol), result.GetValue(format), host.Output);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(IReadOnlyList<ReadUnit> units, string? symbol, OutputFormat format, TextWriter output)
    {
        if (symbol is not null && !units.Any(unit => unit.Defines(symbol)))
        {
            throw UnknownSymbol.In(units, symbol);
        }

        var first = 0;
        foreach (var unit in units)
        {
            IEnumerable<Statement> statements = symbol is null ? unit.Listing.Statements : SymbolExtent.Of(unit.Listing, symbol);
            if (format == OutputFormat.Json)
            {
                ExpansionJson.Write(statements, first, output);
            }
            else
            {
                ExpansionText.Write(statements, output);
            }

            first += unit.Listing.Statements.Count;
        }
    }
}
