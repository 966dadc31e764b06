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

        if (!directive.IsPassedOn())
        {
            _recorder.Inspect(statement, _diagnostics.Frame);
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
                _state.IsAlternate = directive == Directive.AlternateSyntax;
                return;
            case Directive.Error or Directive.BareError or Directive.Warning or Directive.Print or Directive.Fail:
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
            Emit(StatementKind.Directive, word.Text, statement, operands, directive);
        }
    }

    // Directives that stay statements. False when a mistake was reported and there is nothing left to state.
    private bool TryTakeEffect(Directive directive, TextSlice statement, Word word, TextSlice operands)
    {
        switch (directive)
        {
            case Directive.Set or Directive.SetOnce or Directive.SetLazily:
                return TrySet(directive, statement, operands, _state.Sections.Current);
            case Directive.Global:
                return TryMakeGlobal(operands);
            case Directive.Common:
                return TryDefineCommon(operands);
            case Directive.Section or Directive.PushSection:
                return TryEnterSection(directive, statement, operands);
            case Directive.TextSection or Directive.DataSection or Directive.BssSection:
                return TrySwitchSubsection(word.Text, operands);
            case Directive.Subsection:
                return TrySwitchSubsection(_state.Sections.Current, operands);
            case Directive.PopSection or Directive.PreviousSection:
                return _operands.IsNothing(operands, word.Text) & TryLeaveSection(directive, statement);
            case Directive.PassedOn when word.Text == ".att_syntax" && operands.Is("noprefix"):
                ReportUnsupported(statement, word.Text, operands);
                return false;
            case Directive.Alignment:
                return _operands.Check(directive, word.Text, operands) && IsAlignment(operands, word.Text);
            case Directive.CodeMode:
                _state.CodeBits = word.Text switch { ".code64" => 64, ".code32" => 32, _ => 16 };
                return _operands.Check(directive, word.Text, operands);
            default:
                return _operands.Check(directive, word.Text, operands);
        }
    }

    // The number is a constant, and a power of two where it is a number of bytes.
    private bool IsAlignment(TextSlice operands, string name)
    {
        var position = operands.Start;
        if (operands.IsEmpty || operands.Source.Text[position] == ',')
        {
            return true;
        }

        if (!_constants.TryReadPrefix(operands, ref position, "the alignment", Sequence, _state.Sections.Current, out var value))
        {
            return false;
        }

        if (!name.StartsWith(".p2", StringComparison.Ordinal) && value > 0 && (value & (value - 1)) != 0)
        {
            _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands.Between(operands.Start, position), $"the alignment must be a power of two, but is {value}");
            return false;
        }

        return true;
    }

    // .error and its like show a string; .fail has a number, of which 500 and more is a warning only.
    private void ReportUserMessage(Directive directive, TextSlice statement, TextSlice operands)
    {
        var message = operands.Trim();
        if (directive == Directive.Fail)
        {
            if (_constants.TryRead(message, "the number", Sequence, _state.Sections.Current, out var number))
            {
                var descriptor = number < 500 ? AssemblerDiagnostics.UserError : AssemblerDiagnostics.UserWarning;
                _diagnostics.Report(descriptor, statement, $"'{statement}' was reached");
            }

            return;
        }

        var text = message.Source.Text;
        var isString = message.Length >= 2 && text[message.Start] == '"' && Characters.StringEnd(text, message.Start, message.End) == message.End - 1;
        if (!isString && (directive == Directive.Print || !message.IsEmpty) && directive != Directive.BareError)
        {
            _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, message, "expected one string in quotes");
            return;
        }

        var shown = isString ? message.Between(message.Start + 1, message.End - 1).ToString() : $"'{statement}' was reached";
        if (directive is Directive.Error or Directive.BareError)
        {
            _diagnostics.Report(AssemblerDiagnostics.UserError, statement, shown);
        }
        else if (directive == Directive.Warning)
        {
            _diagnostics.Report(AssemblerDiagnostics.UserWarning, statement, shown);
        }
    }

    private void ReportUnsupported(TextSlice statement, string name, TextSlice operands)
    {
        // .intel_syntax noprefix changes how every operand reads; .include and .incbin need files that only the preprocessor gets.
        var reason = name switch
        {
            ".include" => "use the preprocessor's #include",
            ".incbin" => "files are read by #include only",
            ".att_syntax" => "registers must be written with '%'",
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
        _constants.TryReadPrefix(operands, ref position, "the argument", Sequence, _state.Sections.Current, out value);
}
