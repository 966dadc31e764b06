using System.CommandLine;
using EntryGen.Asm;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Rules;
using EntryGen.Asm.Text;
using EntryGen.Tool.Input;
using EntryGen.Tool.Linting;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Commands;

/// <summary><c>entrygen lint</c>: what rules find in entry code, over every assignment of CPU features.</summary>
internal static class LintCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Host host)
    {
        var input = new InputOptions();
        var features = new FeatureOption("only what happens with these is found, instead of with any.", defaults: null);
        var rules = new Option<string[]>("--rule") { Description = "Only this rule. May be given several times.", HelpName = "EGxxxx", DefaultValueFactory = _ => [] };
        var format = FormatOption.Create();
        var command = new Command("lint", "Looks for mistakes in entry code: CR3, GS base, stacks and registers on every path from every entry, with every set of CPU features.");
        input.AddTo(command);
        features.AddTo(command);
        command.Add(rules);
        command.Add(format);
        command.SetAction(result =>
        {
            var chosen = RulesOf(result.GetValue(rules) ?? []);
            var (units, program) = input.Read(result, host).Read(_ => null);
            var isOn = features.Read(result, units, program) is { } on ? feature => on.Contains(feature.Name) : (Func<CpuFeature, bool>?)null;
            var found = RuleSet.Check(new RuleInput(program, [.. units.Select(unit => unit.Listing)], isOn: isOn))
                .Where(finding => chosen.Count == 0 || chosen.Contains(finding.Id))
                .ToList();
            if (result.GetValue(format) == OutputFormat.Json)
            {
                FindingJson.Write(found, host.Output);
            }
            else
            {
                Write(found, ReaderInput.IncludedAt(units), host.Output);
            }

            return found.Any(finding => finding.Descriptor.Severity != AsmSeverity.Info) ? ExitCode.Found : ExitCode.Done;
        });
        return command;
    }

    private static HashSet<string> RulesOf(string[] names)
    {
        var known = RuleSet.All.SelectMany(rule => rule.Descriptors).Select(rule => rule.Id).ToHashSet(StringComparer.Ordinal);
        return names.FirstOrDefault(name => !known.Contains(name)) is { } unknown
            ? throw new InputException($"--rule: there is no rule '{unknown}'.{NearestName.Suggest(unknown, known.Order(StringComparer.Ordinal))}")
            : [.. names];
    }

    private static void Write(IReadOnlyList<AsmDiagnostic> found, IReadOnlyDictionary<SourceText, SourceSpan> includedAt, TextWriter output)
    {
        foreach (var finding in found)
        {
            foreach (var line in DiagnosticText.Lines(finding.Descriptor.Severity, finding, includedAt).Concat(DiagnosticText.Detail(finding)))
            {
                MessageWriter.Write(output, line);
            }
        }

        output.Write(found.Count switch { 0 => "nothing found\n", 1 => "1 finding\n", var count => $"{count} findings\n" });
    }
}
