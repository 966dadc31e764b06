using System.Globalization;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>Matches the operands of a macro call with the macro's parameters (info as, "Macro").</summary>
/// <param name="diagnostics">Where mistakes are reported.</param>
/// <param name="evaluate">Computes the <c>%expression</c> of <c>.altmacro</c>.</param>
internal sealed class ArgumentSplitter(DiagnosticBag diagnostics, ArgumentSplitter.PrefixEvaluator evaluate)
{
    /// <summary>Computes the expression at a position; false when it was reported that there is none.</summary>
    public delegate bool PrefixEvaluator(TextSlice operands, ref int position, out long value);

    private readonly List<MacroArgument> _written = [];

    /// <summary>The arguments that the last call had, in their order.</summary>
    public MacroArgument[] Written => _written.Count == 0 ? [] : _written.ToArray();

    /// <summary>The arguments of a call that was expanded; not one under <c>.altmacro</c>, where they may depend on values.</summary>
    public static ArgumentList SplitAgain(MacroDefinition macro, TextSlice operands)
    {
        var splitter = new ArgumentSplitter(new DiagnosticBag(0), (TextSlice _, ref int _, out long value) => (value = 0) != 0);
        return splitter.Split(macro, operands, alternate: false) is { } values ? new ArgumentList(splitter.Written, values) : new ArgumentList([], []);
    }

    /// <summary>One text for each parameter, defaults filled in; null when a mistake was reported.</summary>
    public TextSlice[]? Split(MacroDefinition macro, TextSlice operands, bool alternate)
    {
        _written.Clear();
        var text = operands.Source.Text;
        var arguments = new TextSlice[macro.Parameters.Count];
        var position = 0;
        var isKeyword = false;
        var i = operands.Start;
        while (i < operands.End)
        {
            var start = i;
            if (!alternate && KeywordEnd(text, i, operands.End) is var nameEnd && nameEnd > 0)
            {
                isKeyword = true;
                if (FindKeyword(macro, operands.Between(i, nameEnd), arguments) is not { } index)
                {
                    return null;
                }

                i = nameEnd + 1;
                arguments[index] = ArgumentReader.Read(operands, ref i, alternate);
                _written.Add(new MacroArgument(index, arguments[index], IsNamed: true));
            }
            else if (isKeyword || position == arguments.Length)
            {
                ReportExtra(macro, operands, i, isKeyword, alternate);
                return null;
            }
            else if (macro.Parameters[position].Kind == MacroParameterKind.VarArg)
            {
                arguments[position] = operands.From(i);
                _written.Add(new MacroArgument(position, arguments[position], IsNamed: false));
                break;
            }
            else if (ReadPositional(operands, ref i, alternate) is { } argument)
            {
                arguments[position] = argument;
                _written.Add(new MacroArgument(position++, argument, IsNamed: false));
            }
            else
            {
                return null;
            }

            i = Characters.SkipComma(text, i, operands.End);
            if (i == start)
            {
                break; // a character that no argument starts with; nothing is lost, the reader took all it could
            }
        }

        return FillIn(macro, operands, arguments) ? arguments : null;
    }

    /// <summary>Reads one argument as <c>.irp</c> does too.</summary>
    public TextSlice? ReadPositional(TextSlice operands, ref int i, bool alternate)
    {
        i = Characters.SkipBlanks(operands.Source.Text, i, operands.End);
        if (!alternate || i >= operands.End || operands.Source.Text[i] != '%')
        {
            return ArgumentReader.Read(operands, ref i, alternate);
        }

        var percent = i++;
        if (!evaluate(operands, ref i, out var value))
        {
            return null;
        }

        var digits = new TracedTextBuilder();
        digits.AppendSynthesized(value.ToString(CultureInfo.InvariantCulture), operands.Source, percent);
        return TextSlice.Of(digits.ToTracedText());
    }

    // The index of the equals sign when a name and one come before any separator, else -1.
    private static int KeywordEnd(string text, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            switch (text[i])
            {
                case '=':
                    return i;
                case ' ' or '\t' or ',' or '"' or ';' or '(' or ')':
                    return -1;
            }
        }

        return -1;
    }

    private int? FindKeyword(MacroDefinition macro, TextSlice name, TextSlice[] arguments)
    {
        var parameter = name.ToString();
        if (parameter.Length == 0 || !Characters.IsNameStart(parameter[0]))
        {
            diagnostics.Report(
                AssemblerDiagnostics.MalformedStatement,
                name.Between(name.Start, name.End + 1),
                $"'{parameter}=' names no parameter of macro '{macro.Name}'; an argument with an equals sign needs quotes or parentheses");
            return null;
        }

        var index = macro.IndexOf(parameter);
        if (index < 0)
        {
            diagnostics.Report(
                AssemblerDiagnostics.UnknownArgument,
                name,
                $"macro '{macro.Name}' has no parameter '{parameter}'.{NearestName.Suggest(parameter, macro.Parameters.Select(p => p.Name))}");
            return null;
        }

        if (!arguments[index].IsEmpty)
        {
            var message = $"parameter '{parameter}' of macro '{macro.Name}' is given a second time; the last one counts";
            diagnostics.Report(AssemblerDiagnostics.RepeatedArgument, name, message);
        }

        return index;
    }

    private void ReportExtra(MacroDefinition macro, TextSlice operands, int start, bool isKeyword, bool alternate)
    {
        var end = start;
        ArgumentReader.Read(operands, ref end, alternate);
        var extra = operands.Between(start, Math.Max(end, Math.Min(start + 1, operands.End)));
        if (isKeyword)
        {
            diagnostics.Report(AssemblerDiagnostics.PositionalAfterKeyword, extra, $"'{extra}' has no keyword, but follows an argument that has one");
        }
        else
        {
            var accepted = macro.Parameters.Count switch { 0 => "no arguments", 1 => "1 argument", var count => $"{count} arguments" };
            diagnostics.Report(AssemblerDiagnostics.TooManyArguments, extra, $"macro '{macro.Name}' takes {accepted}; '{extra}' is one too many");
        }
    }

    private bool FillIn(MacroDefinition macro, TextSlice operands, TextSlice[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var parameter = macro.Parameters[i];
            if (!arguments[i].IsEmpty)
            {
                continue;
            }

            if (parameter.Kind == MacroParameterKind.Required)
            {
                diagnostics.Report(AssemblerDiagnostics.MissingArgument, operands, $"macro '{macro.Name}' needs a value for parameter '{parameter.Name}'");
                return false;
            }

            arguments[i] = TextSlice.Of(parameter.Default);
        }

        return true;
    }
}
