using System.CommandLine;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Rules;
using EntryGen.Asm.Text;
using EntryGen.Tool.Input;
using EntryGen.Tool.Linting;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Commands;

/// <summary><c>entrygen lint</c>: what rules find in entry code, over every assignment of CPU features.</summary>
internal sealed class LintCommand
{
    private readonly Host _host;
    private readonly InputOptions _input = new(isOptional: true);
    private readonly EntryOption _entries = new();
    private readonly FeatureOption _features = new("only what happens with these is found, instead of with any.", defaults: null);
    private readonly Option<string[]> _rules = new("--rule")
    {
        Description = "Only this rule, even where it is switched off. May be given several times.",
        HelpName = "EGxxxx",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<AsmSeverity> _least = new("--severity")
    {
        Description = "The least severity to show: suggestion, warning (default) or error.",
        HelpName = "suggestion|warning|error",
        DefaultValueFactory = _ => AsmSeverity.Warning,
        CustomParser = result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "suggestion":
                    return AsmSeverity.Info;
                case "warning":
                    return AsmSeverity.Warning;
                case "error":
                    return AsmSeverity.Error;
                case var other:
                    result.AddError($"'{other}' is no severity: --severity takes suggestion, warning or error.");
                    return default;
            }
        },
    };

    private readonly Option<string?> _globalConfig = new("--globalconfig")
    {
        Description = "File with the severities of rules (default: every .globalconfig in the files' directories and those above).",
        HelpName = "FILE",
    };

    private readonly Option<OutputFormat> _format = FormatOption.Create(hasSarif: true);
    private readonly Option<bool> _fix = new("--fix") { Description = "Make the fixes that findings suggest, in the files. What is printed is found after them." };
    private readonly Option<bool> _diff = new("--diff") { Description = "Print those fixes as a unified diff, and nothing else; without --fix nothing is written." };

    private LintCommand(Host host)
    {
        _host = host;
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(Host host)
    {
        var lint = new LintCommand(host);
        var command = new Command("lint", "Looks for mistakes in entry code: macros, CR3, GS base, stacks, registers and mitigations on every path from every entry, with every set of CPU features.");
        lint._input.AddTo(command);
        lint._entries.AddTo(command);
        lint._features.AddTo(command);
        command.Add(lint._rules);
        command.Add(lint._least);
        command.Add(lint._globalConfig);
        command.Add(lint._format);
        command.Add(lint._fix);
        command.Add(lint._diff);
        command.SetAction(lint.Run);
        return command;
    }

    private int Run(ParseResult call)
    {
        var chosen = RulesOf(call.GetValue(_rules) ?? []);
        var entries = _entries.Read(call);
        var first = _input.Read(call, _host);
        var named = first.Files.Select(file => first.Resolver.FullPath(file.Path)).OfType<string>();
        var options = new LintOptions(chosen, call.GetValue(_least), SeverityFiles.Read(call.GetValue(_globalConfig), named, first.Resolver.FullPath, _host.Directory));
        var (fix, diff, format) = (call.GetValue(_fix), call.GetValue(_diff), call.GetValue(_format));
        if (diff && format != OutputFormat.Text)
        {
            throw new InputException("--diff prints a diff: it goes with no other --format than text.");
        }

        if (!fix && !diff)
        {
            return Write(Check(null), format);
        }

        var headers = _input.ReadHeaders(call, _host);
        var run = FixRun.Of(Check, first.Resolver.FullPath, path => headers is null || !path.StartsWith(headers + Path.DirectorySeparatorChar, StringComparison.Ordinal));
        if (fix)
        {
            run.Write();
        }

        if (diff)
        {
            WriteDiff(run);
            return run.Report.IsWrong || run.Files.Count > 0 ? ExitCode.Found : ExitCode.Done;
        }

        foreach (var file in run.Files)
        {
            _host.Error.Write($"{file.Path}: fixed\n");
        }

        return Write(run.Report, format);

        LintReport Check(IReadOnlyDictionary<string, string?>? changes) =>
            Linter.Check(_input.Read(call, _host, changes), entries, (units, program) => _features.Read(call, units, program), options);
    }

    private int Write(LintReport report, OutputFormat format)
    {
        Action<LintReport, TextWriter> write = format switch
        {
            OutputFormat.Json => FindingJson.Write,
            OutputFormat.Sarif => FindingSarif.Write,
            _ => FindingText.Write,
        };
        write(report, _host.Output);
        return report.IsWrong ? ExitCode.Found : ExitCode.Done;
    }

    private void WriteDiff(FixRun run)
    {
        foreach (var line in run.Files.SelectMany(file => UnifiedDiff.Lines(file.Path.TrimStart('/'), file.Before, file.After)))
        {
            _host.Output.Write(line + "\n");
        }
    }

    private static HashSet<string> RulesOf(string[] names)
    {
        // Rules and warnings of reading alike; what keeps a file from being read is shown whatever is asked for.
        var known = AsmDiagnosticCatalog.All.Select(rule => rule.Id).ToHashSet(StringComparer.Ordinal);
        var near = RuleSet.All.SelectMany(rule => rule.Descriptors).Select(rule => rule.Id).Order(StringComparer.Ordinal);
        return names.FirstOrDefault(name => !known.Contains(name)) is { } unknown
            ? throw new InputException($"--rule: there is no rule '{unknown}'.{NearestName.Suggest(unknown, near)}")
            : [.. names];
    }
}
