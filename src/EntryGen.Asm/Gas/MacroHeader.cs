using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>Reads what follows <c>.macro</c>: a name, then parameters separated by blanks or commas.</summary>
internal static class MacroHeader
{
    /// <summary>Reads a header; reports what is wrong and returns null then.</summary>
    /// <param name="operands">The text behind <c>.macro</c>.</param>
    /// <param name="body">The macro's body.</param>
    /// <param name="diagnostics">Where to report.</param>
    public static MacroDefinition? Parse(TextSlice operands, TracedText body, DiagnosticBag diagnostics)
    {
        var text = operands.Source.Text;
        var name = Characters.LeadingName(operands);
        if (name.IsEmpty)
        {
            diagnostics.Report(AssemblerDiagnostics.MalformedMacro, operands, "expected the macro's name behind .macro");
            return null;
        }

        var parameters = new List<MacroParameter>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var i = Characters.SkipComma(text, name.End, operands.End);
        while (i < operands.End)
        {
            if (ParseParameter(operands, name, names, ref i, diagnostics) is not { } parameter)
            {
                return null;
            }

            parameters.Add(parameter);
            i = Characters.SkipComma(text, i, operands.End);
            if (parameter.Kind == MacroParameterKind.VarArg && i < operands.End)
            {
                diagnostics.Report(AssemblerDiagnostics.MalformedMacro, operands.From(i), $"'{parameter.Name}:vararg' takes all arguments that are left, so no parameter can follow");
                return null;
            }
        }

        return new MacroDefinition { Name = name.ToString(), Definition = name.Span, Parameters = parameters, Body = body };
    }

    private static MacroParameter? ParseParameter(TextSlice operands, TextSlice macro, HashSet<string> names, ref int i, DiagnosticBag diagnostics)
    {
        var text = operands.Source.Text;
        var name = Characters.LeadingName(operands.From(i));
        if (name.IsEmpty)
        {
            diagnostics.Report(
                AssemblerDiagnostics.MalformedMacro,
                operands.Between(i, i + 1),
                $"expected a parameter name in the definition of macro '{macro}', not '{text[i]}'");
            return null;
        }

        if (!names.Add(name.ToString()))
        {
            diagnostics.Report(AssemblerDiagnostics.MalformedMacro, name, $"macro '{macro}' has a parameter '{name}' already");
            return null;
        }

        i = Characters.SkipBlanks(text, name.End, operands.End);
        var kind = MacroParameterKind.Optional;
        if (i < operands.End && text[i] == ':')
        {
            i = Characters.SkipBlanks(text, i + 1, operands.End);
            var qualifier = Characters.LeadingName(operands.From(i));
            if (qualifier.Is("req"))
            {
                kind = MacroParameterKind.Required;
            }
            else if (qualifier.Is("vararg"))
            {
                kind = MacroParameterKind.VarArg;
            }
            else
            {
                diagnostics.Report(AssemblerDiagnostics.MalformedMacro, qualifier.IsEmpty ? name : qualifier, $"expected req or vararg behind '{name}:'");
                return null;
            }

            i = Characters.SkipBlanks(text, qualifier.End, operands.End);
        }

        var value = default(TracedText);
        if (i < operands.End && text[i] == '=')
        {
            i++;
            value = ArgumentReader.Read(operands, ref i, alternate: false).ToTracedText();
        }

        return new MacroParameter(name.ToString(), kind, value, name.Span);
    }
}
