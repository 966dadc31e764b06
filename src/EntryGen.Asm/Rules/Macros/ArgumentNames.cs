using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Rules.Macros;

/// <summary>Writes the names of arguments that a call gives by position.</summary>
internal static class ArgumentNames
{
    /// <summary>Names an argument, and those by position behind it: GNU as takes none by position after one that is named.</summary>
    /// <param name="call">The call.</param>
    /// <param name="first">Index in <see cref="MacroCall.Arguments"/> of the first argument to name.</param>
    /// <returns>Null when the call cannot be changed where it was written.</returns>
    public static SuggestedFix? Add(MacroCall call, int first)
    {
        var edits = new List<SuggestedEdit>();
        var names = new List<string>();
        foreach (var argument in call.Arguments.Skip(first).Where(argument => !argument.IsNamed && !argument.Value.IsEmpty))
        {
            if (NameOf(call, argument) is not { } name || PlaceOf(argument.Value) is not { } place)
            {
                return null;
            }

            names.Add($"'{name}'");
            edits.Add(new SuggestedEdit(place, name + "="));
        }

        return edits.Count == 0 ? null : new SuggestedFix($"Name the argument{(edits.Count > 1 ? "s" : "")} {string.Join(", ", names)}", edits);
    }

    private static string? NameOf(MacroCall call, MacroArgument argument)
    {
        var parameter = call.Macro.Parameters[argument.Parameter];
        return parameter.Kind == MacroParameterKind.VarArg ? null : parameter.Name;
    }

    // Where the argument starts, before the quote when it has one; null when other characters than its own stand there.
    private static SourceSpan? PlaceOf(TextSlice value)
    {
        if (value.Span is not { } span || span.Start >= span.Source.Text.Length || span.Source.Text[span.Start] != value.Source.Text[value.Start] || value.Expansion is not null)
        {
            return null;
        }

        var start = span.Start > 0 && span.Source.Text[span.Start - 1] == '"' ? span.Start - 1 : span.Start;
        return new SourceSpan(span.Source, start, 0);
    }
}
