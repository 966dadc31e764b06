using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Rules.Macros;

/// <summary>EG1001 and EG1002: arguments that a reader has to count. Inside the bodies of macros both forms are usual, so calls there are examples for others, never findings.</summary>
internal sealed class NamedArgumentRule : IRule
{
    /// <inheritdoc/>
    public IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [MacroDiagnostics.NotNamedAsElsewhere, MacroDiagnostics.NotNamed];

    /// <inheritdoc/>
    public IEnumerable<AsmDiagnostic> Check(RuleInput input, CancellationToken cancellation)
    {
        foreach (var listing in input.Listings)
        {
            var calls = Written(listing.MacroCalls, cancellation);
            var habits = new NamingHabits(calls);
            foreach (var call in calls.Where(call => !call.IsInMacroBody && call.Preprocessor is null && call.CanNameArguments))
            {
                if (Check(call, habits) is { } finding)
                {
                    yield return finding;
                }
            }
        }
    }

    // A call that is expanded many times was written once.
    private static List<MacroCall> Written(IReadOnlyList<MacroCall> calls, CancellationToken cancellation)
    {
        var seen = new HashSet<(SourceText Source, int Start)>();
        var written = new List<MacroCall>();
        foreach (var call in calls)
        {
            cancellation.ThrowIfCancellationRequested();
            if (call.Arguments.Count > 0 && call.Span is { } span && seen.Add((span.Source, span.Start)))
            {
                written.Add(call);
            }
        }

        return written;
    }

    private static AsmDiagnostic? Check(MacroCall call, NamingHabits habits)
    {
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var argument = call.Arguments[i];
            if (!argument.IsNamed && !argument.Value.IsEmpty && habits.WhoNames(call, argument) is { } others)
            {
                var name = call.Macro.Parameters[argument.Parameter].Name;
                return new AsmDiagnostic(
                    MacroDiagnostics.NotNamedAsElsewhere,
                    $"'{argument.Value}' is given to '{call.Macro.Name}' by position, while {others} the parameter '{name}'; write '{name}={argument.Value}'.",
                    argument.Value.Span,
                    call.Frame)
                {
                    Fix = ArgumentNames.Add(call, i),
                };
            }
        }

        return IsToBeCounted(call)
            ? new AsmDiagnostic(
                MacroDiagnostics.NotNamed,
                $"The {call.Arguments.Count} arguments of '{call.Macro.Name}' are told apart by their order only; name them.",
                call.Span,
                call.Frame)
            {
                Fix = ArgumentNames.Add(call, 0),
            }
            : null;
    }

    // Strings are code and a vararg is a list: neither is taken for its neighbour. Macros of the prelude stand for the kernel's, which are called by position.
    private static bool IsToBeCounted(MacroCall call) =>
        call.Arguments.Count >= 2
        && call.Arguments.All(argument => !argument.IsNamed && !argument.Value.IsEmpty && !IsQuoted(argument.Value))
        && call.Macro.Parameters.All(parameter => parameter.Kind != MacroParameterKind.VarArg)
        && call.Macro.Definition is not { Source.GivesWay: true };

    private static bool IsQuoted(TextSlice value) => value.Span is { Start: > 0 } span && span.Source.Text[span.Start - 1] == '"';
}
