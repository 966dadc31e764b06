using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

internal sealed partial class AssemblerRun
{
    private void DefineLabel(TextSlice name, bool isName)
    {
        var label = new LabelDefinition(name.ToString(), Sequence, _state.Sections.Current, name);
        if (TryDefineLabel(label, name, isName))
        {
            Emit(StatementKind.Label, label.Name, name, name.From(name.End));
        }
    }

    private bool TryDefineLabel(LabelDefinition label, TextSlice name, bool isName)
    {
        if (isName)
        {
            return label.Name != "." && TryDefine(label, name);
        }

        if (!Numbers.TryParseLabelNumber(label.Name, 0, label.Name.Length, out var number))
        {
            var message = $"'{name}' cannot be a label: a name starts with a letter, and a number has digits only";
            _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, name, message);
            return false;
        }

        _symbols.DefineLocal(number, label);
        return true;
    }

    private bool TryReadQuotedLabel(TextSlice statement, ref int start)
    {
        var text = statement.Source.Text;
        var close = Characters.StringEnd(text, start, statement.End);
        var colon = Characters.SkipBlanks(text, Math.Min(close + 1, statement.End), statement.End);
        if (colon >= statement.End || text[colon] != ':' || close == start + 1)
        {
            return false;
        }

        _recorder.GiveUp(); // quotes can make a name of digits
        DefineLabel(statement.Between(start + 1, close), isName: true);
        start = Characters.SkipBlanks(text, colon + 1, statement.End);
        return true;
    }

    // name = expression, name == expression
    private void Assign(TextSlice statement, TextSlice name, int equals)
    {
        _recorder.Inspect(statement, _diagnostics.Frame);
        var text = statement.Source.Text;
        var isLazy = equals + 1 < statement.End && text[equals + 1] == '=';
        var value = statement.From(Characters.SkipBlanks(text, equals + (isLazy ? 2 : 1), statement.End));
        var directive = isLazy ? Directive.SetLazily : Directive.Set;
        if (TryAssign(directive, name, value, _state.Sections.Current))
        {
            Emit(StatementKind.Assignment, _names.Get(text, name.Start, name.Length).Text, statement, value, directive);
        }
    }

    // .set name, expression
    private bool TrySet(Directive directive, TextSlice statement, TextSlice operands, string section)
    {
        var text = operands.Source.Text;
        var name = Characters.LeadingName(operands);
        var comma = Characters.SkipBlanks(text, name.End, operands.End);
        if (name.IsEmpty || comma >= operands.End || text[comma] != ',')
        {
            var where = operands.IsEmpty ? statement : operands.From(Math.Min(comma, operands.End - 1));
            _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, where, "expected a symbol, a comma and an expression");
            return false;
        }

        return TryAssign(directive, name, operands.From(Characters.SkipBlanks(text, comma + 1, operands.End)), section);
    }

    private bool TryAssign(Directive directive, TextSlice name, TextSlice value, string section)
    {
        var symbol = _names.Get(name.Source.Text, name.Start, name.Length).Text;
        if (_constants.Parse(value, $"the value of '{symbol}'") is not { } expression)
        {
            return false;
        }

        if (symbol == ".")
        {
            return true; // moves the place; the layout does that
        }

        if (_symbols.FindLabel(symbol) is { } label)
        {
            ReportDuplicate(name, label.Span);
            return false;
        }

        if (_symbols.FindAssignment(symbol, int.MaxValue) is { } earlier && (directive != Directive.Set || earlier.IsFinal))
        {
            ReportDuplicate(name, earlier.Span);
            return false;
        }

        var computed = directive == Directive.SetLazily ? default : ExpressionEvaluator.Evaluate(expression, _symbols, Sequence, section);
        _symbols.Assign(symbol, new SymbolAssignment(Sequence, computed, directive == Directive.SetLazily ? expression : null) { Written = name, IsFinal = directive != Directive.Set });
        return true;
    }

    private bool TryMakeGlobal(TextSlice operands)
    {
        if (!_operands.Check(Directive.SymbolNames, ".globl", operands))
        {
            return false;
        }

        var text = operands.Source.Text;
        for (var i = operands.Start; i < operands.End;)
        {
            var end = text[i] == '"' ? Characters.StringEnd(text, i, operands.End) : Characters.NameEnd(text, i, operands.End);
            var start = text[i] == '"' ? i + 1 : i;
            _symbols.MakeGlobal(_names.Get(text, start, end - start).Text);
            i = Characters.SkipComma(text, text[i] == '"' ? end + 1 : end, operands.End);
        }

        return true;
    }

    // .comm name, size [, alignment]: the linker gives it a place among uninitialised data.
    private bool TryDefineCommon(TextSlice operands)
    {
        var text = operands.Source.Text;
        var name = Characters.LeadingName(operands);
        var comma = Characters.SkipBlanks(text, name.End, operands.End);
        if (name.IsEmpty || comma >= operands.End || text[comma] != ',')
        {
            _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands, "expected the name of a symbol, a comma and its size");
            return false;
        }

        return _operands.Check(Directive.Fill, ".comm", operands.From(Characters.SkipBlanks(text, comma + 1, operands.End)))
            && TryDefine(new LabelDefinition(name.ToString(), Sequence, ".bss", name), name);
    }

    private bool TryDefine(LabelDefinition label, TextSlice name)
    {
        var assignment = _symbols.LastAssignment(label.Name);
        if (assignment is { IsFinal: true } || !_symbols.Define(label))
        {
            ReportDuplicate(name, assignment?.Span ?? _symbols.FindLabel(label.Name)?.Span);
            return false;
        }

        // A label may take the name of an assigned symbol, which then stands for the label.
        if (assignment is not null)
        {
            _symbols.Assign(label.Name, new SymbolAssignment(Sequence, ExpressionValue.OfSymbol(new SymbolTerm(label.Name, label))) { Written = name });
        }

        return true;
    }

    private void ReportDuplicate(TextSlice name, SourceSpan? earlier)
    {
        var place = earlier is { } span ? $" at {span.Source.Path}:{span.Line}" : "";
        _diagnostics.Report(AssemblerDiagnostics.DuplicateSymbol, name, $"symbol '{name}' is already defined{place}");
    }
}
