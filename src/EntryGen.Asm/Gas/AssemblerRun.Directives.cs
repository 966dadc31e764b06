using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

internal sealed partial class AssemblerRun
{
    private void ExecuteDirective(TextSlice statement, Word word, TextSlice operands)
    {
        var directive = word.Directive;
        if (directive.IsConditional())
        {
            ExecuteConditional(directive, statement, operands);
            return;
        }

        if (IsStringOpen(statement))
        {
            ReportUnreadable(statement);
            return;
        }

        switch (directive)
        {
            case Directive.Macro:
                DefineMacro(statement, operands);
                return;
            case Directive.Repeat:
                Repeat(statement, operands);
                return;
            case Directive.RepeatForArguments or Directive.RepeatForCharacters:
                RepeatFor(directive, statement, operands);
                return;
            case Directive.EndMacro or Directive.EndRepeat:
                _diagnostics.Report(AssemblerDiagnostics.StrayBlockEnd, statement, $"'{statement}' has nothing to close");
                return;
            case Directive.ExitMacro:
                ExitMacro(statement);
                return;
            case Directive.PurgeMacro:
                PurgeMacros(operands);
                return;
            case Directive.AlternateSyntax or Directive.NormalSyntax:
                _isAlternate = directive == Directive.AlternateSyntax;
                return;
            case Directive.Error or Directive.BareError or Directive.Warning or Directive.Print:
                ReportUserMessage(directive, statement, operands);
                return;
            case Directive.Unsupported:
                ReportUnsupported(statement, word.Text, operands);
                return;
            case Directive.End:
                StopReading();
                return;
        }

        if (TryTakeEffect(directive, statement, word, operands))
        {
            Emit(StatementKind.Directive, word.Text, statement, operands);
        }
    }

    // Directives that stay statements. False when a mistake was reported and there is nothing left to state.
    private bool TryTakeEffect(Directive directive, TextSlice statement, Word word, TextSlice operands)
    {
        switch (directive)
        {
            case Directive.Set or Directive.SetOnce or Directive.SetLazily:
                return TrySet(directive, statement, operands);
            case Directive.Global:
                return TryMakeGlobal(operands);
            case Directive.Common:
                return TryDefineCommon(operands);
            case Directive.Section or Directive.PushSection:
                return TryEnterSection(directive, statement, operands);
            case Directive.TextSection or Directive.DataSection or Directive.BssSection:
                return TrySwitchSubsection(word.Text, operands);
            case Directive.Subsection:
                return TrySwitchSubsection(_sections.Current, operands);
            case Directive.PopSection when !_sections.TryPop():
                _diagnostics.Report(AssemblerDiagnostics.UnbalancedSection, statement, "'.popsection' has no .pushsection before it");
                return false;
            case Directive.PreviousSection when !_sections.TrySwitchBack():
                _diagnostics.Report(AssemblerDiagnostics.UnbalancedSection, statement, "'.previous' has no section to go back to");
                return false;
            default:
                return true;
        }
    }

    private bool TryEnterSection(Directive directive, TextSlice statement, TextSlice operands)
    {
        var text = operands.Source.Text;
        var i = operands.Start;
        TextSlice name;
        if (i < operands.End && text[i] == '"')
        {
            var close = Characters.StringEnd(text, i, operands.End);
            name = operands.Between(i + 1, close);
            i = close + 1;
        }
        else
        {
            while (i < operands.End && text[i] is not (',' or ' ' or '\t'))
            {
                i++;
            }

            name = operands.Between(operands.Start, i);
        }

        if (name.IsEmpty)
        {
            _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, statement, $"'{statement}' needs the name of a section");
            return false;
        }

        var section = _names.Get(text, name.Start, name.Length).Text;
        if (directive == Directive.Section)
        {
            _sections.Switch(section);
            return true;
        }

        // .pushsection name [, subsection] [, "flags" ...]
        i = Characters.SkipComma(text, i, operands.End);
        long subsection = 0;
        if (i < operands.End && text[i] is not ('"' or '@' or '%' or ','))
        {
            _constants.TryReadPrefix(operands, ref i, "the subsection", Sequence, _sections.Current, out subsection);
        }

        _sections.Push(section, subsection);
        return true;
    }

    private bool TrySwitchSubsection(string section, TextSlice operands)
    {
        long subsection = 0;
        if (!operands.IsEmpty && !_constants.TryRead(operands, "the subsection", Sequence, _sections.Current, out subsection))
        {
            return false;
        }

        _sections.Switch(section, subsection);
        return true;
    }

    private void ReportUserMessage(Directive directive, TextSlice statement, TextSlice operands)
    {
        var message = operands.Trim();
        if (message.Length >= 2 && message.Source.Text[message.Start] == '"')
        {
            message = message.Between(message.Start + 1, Characters.StringEnd(message.Source.Text, message.Start, message.End));
        }

        var text = message.IsEmpty ? $"'{statement}' was reached" : message.ToString();
        if (directive is Directive.Error or Directive.BareError)
        {
            _diagnostics.Report(AssemblerDiagnostics.UserError, statement, text);
        }
        else if (directive == Directive.Warning)
        {
            _diagnostics.Report(AssemblerDiagnostics.UserWarning, statement, text);
        }
    }

    private void ReportUnsupported(TextSlice statement, string name, TextSlice operands)
    {
        // .intel_syntax noprefix changes how every operand reads; .include and .incbin need files that only the preprocessor gets.
        var reason = name switch
        {
            ".include" => "use the preprocessor's #include",
            ".incbin" => "files are read by #include only",
            ".intel_syntax" => "operands must be written in AT&T syntax",
            ".mri" when operands.Is("0") => "",
            _ => "it has no meaning for entry code",
        };
        if (reason.Length > 0)
        {
            _diagnostics.Report(AssemblerDiagnostics.UnsupportedDirective, statement, $"'{name}' is not supported: {reason}");
        }
    }

    private bool EvaluatePrefix(TextSlice operands, ref int position, out long value) =>
        _constants.TryReadPrefix(operands, ref position, "the argument", Sequence, _sections.Current, out value);
}
