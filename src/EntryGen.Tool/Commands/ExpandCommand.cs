using System.CommandLine;
using EntryGen.Asm;
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
        var features = new FeatureOption("the code they choose is shown, instead of every side of each alternative.", defaults: null);
        var externals = new Option<bool>("--externals") { Description = "What the files use and none of them defines, instead of code: C functions, data, assembly." };
        var format = FormatOption.Create();
        var command = new Command("expand", "Prints the instructions of assembly files after all macros, each with its source line, macro stack and the CPU features it takes.");
        input.AddTo(command);
        command.Add(symbol);
        features.AddTo(command);
        command.Add(externals);
        command.Add(format);
        command.SetAction(result =>
        {
            var name = result.GetValue(symbol);
            var (units, program) = input.Read(result, host).Read(_ => null);
            if (name is not null && !units.Any(unit => unit.Defines(name)))
            {
                throw UnknownSymbol.In(units, name);
            }

            var isJson = result.GetValue(format) == OutputFormat.Json;
            var isOn = features.Read(result, units, program) is { } chosen ? feature => chosen.Contains(feature.Name) : (Func<CpuFeature, bool>?)null;
            if (result.GetValue(externals))
            {
                (isJson ? (Action<LinkMap, TextWriter>)ExternalsText.WriteJson : ExternalsText.Write)(LinkMap.Of(program), host.Output);
                return ExitCode.Done;
            }

            var first = 0;
            foreach (var unit in units)
            {
                var statements = name is null ? unit.Listing.Statements : SymbolExtent.Of(unit.Listing, name);
                var code = new AlternativeCode(unit, program, isOn);
                if (!isJson)
                {
                    ExpansionText.Write(code.Lines(statements), host.Output);
                }
                else
                {
                    ExpansionJson.Write(isOn is null ? WithConditions(statements, code) : code.Lines(statements), first, host.Output);
                }

                first += unit.Listing.Statements.Count;
            }

            return ExitCode.Done;
        });
        return command;
    }

    // Every statement in the assembler's order; those of an alternative say which side they are.
    private static IEnumerable<CodeLine> WithConditions(IEnumerable<Statement> statements, AlternativeCode code)
    {
        var all = statements.ToList();
        var conditions = new Dictionary<Statement, string>();
        foreach (var line in code.Lines(all))
        {
            conditions[line.Statement] = line.Condition;
        }

        return all.Select(statement => new CodeLine(statement, statement.Section, conditions.GetValueOrDefault(statement, "")));
    }
}
