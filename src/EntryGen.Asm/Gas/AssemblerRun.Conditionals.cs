using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

internal sealed partial class AssemblerRun
{
    // In skipped text nothing counts but a conditional at the very start of a statement; even a label hides it, as in GNU as.
    private void ExecuteSkipped(TextSlice statement)
    {
        var text = statement.Source.Text;
        if (text[statement.Start] != '.')
        {
            return;
        }

        var end = Characters.NameEnd(text, statement.Start, statement.End);
        var word = _names.Get(text, statement.Start, end - statement.Start).Folded;
        if (word.Directive.IsConditional())
        {
            ExecuteConditional(word.Directive, statement, statement.From(Characters.SkipBlanks(text, end, statement.End)));
        }
    }

    private void ExecuteConditional(Directive directive, TextSlice statement, TextSlice operands)
    {
        if (directive is Directive.EndIf or Directive.Else)
        {
            _operands.IsNothing(operands, statement.Between(statement.Start, operands.Start).Trim().ToString());
        }

        switch (directive)
        {
            case Directive.EndIf:
                if (!_conditionals.TryClose())
                {
                    ReportStrayConditional(statement);
                }

                break;
            case Directive.Else:
                if (!_conditionals.TryDivide(condition: true, isElse: true, statement.Span))
                {
                    ReportStrayConditional(statement);
                }

                break;
            case Directive.ElseIf:
                if (!_conditionals.TryDivide(_conditionals.NeedsCondition && IsTrue(Directive.If, operands), isElse: false, null))
                {
                    ReportStrayConditional(statement);
                }

                break;
            default:
                _conditionals.Open(!_conditionals.IsSkipping && IsTrue(directive, operands), statement.Span, _diagnostics.Frame);
                break;
        }
    }

    // GNU as reads ".if == 1" as an assignment to a symbol called .if; what was meant is a macro's argument that is empty.
    private void OpenWithoutLeftSide(TextSlice statement, int equals)
    {
        _diagnostics.Report(
            AssemblerDiagnostics.MalformedExpression,
            statement.From(equals),
            "the condition: expected an expression before '='; if a macro argument stands there, it is empty (write '0\\name' or '.ifb \\name')");
        _conditionals.Open(condition: false, statement.Span, _diagnostics.Frame);
    }

    // A condition that cannot be read was reported and counts as false.
    private bool IsTrue(Directive directive, TextSlice operands)
    {
        _recorder.Inspect(operands, _diagnostics.Frame);
        switch (directive)
        {
            case Directive.IfBlank:
                return operands.IsEmpty;
            case Directive.IfNotBlank:
                return !operands.IsEmpty;
            case Directive.IfSame or Directive.IfNotSame:
                return TrySplitAtComma(operands, out var first, out var second) && AreSame(first, second) == (directive == Directive.IfSame);
            case Directive.IfStringsEqual or Directive.IfStringsDiffer:
                return TryReadStrings(operands, out var left, out var right) && AreSame(left, right) == (directive == Directive.IfStringsEqual);
            case Directive.IfDefined or Directive.IfNotDefined:
                return TryReadName(operands, out var name) && _symbols.IsDefined(name) == (directive == Directive.IfDefined);
            default:
                return _constants.TryReadCondition(operands, Sequence, _state.Sections.Current, out var value) && directive switch
                {
                    Directive.IfEqual => value == 0,
                    Directive.IfGreater => value > 0,
                    Directive.IfGreaterOrEqual => value >= 0,
                    Directive.IfLess => value < 0,
                    Directive.IfLessOrEqual => value <= 0,
                    _ => value != 0,
                };
        }
    }

    private static bool AreSame(TextSlice left, TextSlice right) => left.Characters.SequenceEqual(right.Characters);

    private bool TrySplitAtComma(TextSlice operands, out TextSlice first, out TextSlice second)
    {
        var comma = operands.Characters.IndexOf(',');
        if (comma < 0)
        {
            first = second = default;
            _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands, "expected two texts separated by a comma");
            return false;
        }

        first = operands.Between(operands.Start, operands.Start + comma).Trim();
        second = operands.From(operands.Start + comma + 1).Trim();
        return true;
    }

    private bool TryReadStrings(TextSlice operands, out TextSlice first, out TextSlice second)
    {
        var text = operands.Source.Text;
        var i = operands.Start;
        second = default;
        if (!TryReadString(operands, ref i, out first))
        {
            return false;
        }

        i = Characters.SkipBlanks(text, i, operands.End);
        if (i < operands.End && text[i] != ',')
        {
            _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands.From(i), "expected a comma between the strings");
            return false;
        }

        i = Characters.SkipComma(text, i, operands.End);
        return TryReadString(operands, ref i, out second);
    }

    private bool TryReadString(TextSlice operands, ref int i, out TextSlice value)
    {
        var text = operands.Source.Text;
        if (i < operands.End && text[i] == '"' && Characters.StringEnd(text, i, operands.End) is var close && close < operands.End)
        {
            value = operands.Between(i + 1, close);
            i = close + 1;
            return true;
        }

        value = default;
        _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands, "expected two strings in quotes, separated by a comma");
        return false;
    }

    private bool TryReadName(TextSlice operands, out string name)
    {
        name = "";
        if (!_operands.TryReadName(operands, out var end))
        {
            return false;
        }

        var symbol = operands.Between(operands.Start, end);
        name = (operands.Source.Text[symbol.Start] == '"' ? symbol.Between(symbol.Start + 1, end - 1) : symbol).ToString();
        if (end == operands.End)
        {
            return true;
        }

        _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands.From(end).Trim(), "expected nothing behind the name of the symbol");
        return false;
    }

    private void ReportStrayConditional(TextSlice statement)
    {
        var message = _conditionals.Count > 0 && _conditionals.Innermost.Else is { } previous
            ? $"'{statement}' follows the .else of its .if, which stands at line {previous.Line}"
            : $"'{statement}' has no .if before it";
        _diagnostics.Report(AssemblerDiagnostics.StrayConditional, statement, message);
    }

    // At the end of a macro or the file: what it opened it must have closed. A repetition may leave that to what follows.
    private void ReportOpenConditional()
    {
        var outer = _input.Top.OuterConditionals;
        if (_conditionals.Count > outer && !_input.Top.IsRepetition)
        {
            var (span, _, frame) = _conditionals.Innermost;
            var where = _input.Top.Macro is { } macro ? $"in macro '{macro.Name}'" : "in the file";
            _diagnostics.Report(AssemblerDiagnostics.UnterminatedConditional, span, frame, $"this conditional has no .endif {where}");
            _conditionals.Truncate(outer);
        }
    }
}
