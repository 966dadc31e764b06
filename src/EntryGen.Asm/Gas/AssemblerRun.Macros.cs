using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

internal sealed partial class AssemblerRun
{
    private readonly Dictionary<string, MacroDefinition> _macros = new(StringComparer.Ordinal);
    private readonly List<MacroCall> _macroCalls = [];
    private readonly HashSet<string> _tooDeep = new(StringComparer.Ordinal);

    private void Call(MacroDefinition macro, TextSlice statement, TextSlice operands)
    {
        if (!MayNest(macro.Name, statement) || !MayExpand(macro.Parameters.Count + 1, statement) || _arguments.Split(macro, operands, _state.IsAlternate) is not { } arguments)
        {
            return;
        }

        var template = macro.Template(_state.IsAlternate);
        if (MayExpand(template.Measure(arguments), statement))
        {
            _recorder.Expand(template);
            _expansion.Clear();
            template.Expand(_expansion, arguments, _state.Calls++, _state.Locals);
            _state.Locals += template.LocalCount;
            Push(_expansion.ToTracedText(), macro.Name, statement, macro: macro, hasCounter: template.HasCounter);
            _macroCalls.Add(new MacroCall(_diagnostics.Frame!, operands.Start - statement.Start, Sequence, _state.IsAlternate ? new(_arguments.Written, arguments) : null));
            if (_state.IsAlternate)
            {
                _recorder.GiveUp(); // an argument may have been computed
            }
        }
    }

    private void DefineMacro(TextSlice statement, TextSlice operands)
    {
        if (CaptureBlock(Directive.Macro, statement) is not { } body || MacroHeader.Parse(operands, body, _diagnostics) is not { } macro)
        {
            return;
        }

        var word = _names.Get(macro.Name, 0, macro.Name.Length).Folded;
        _recorder.Look(word);
        if (IsLabelled(statement))
        {
            _diagnostics.Report(AssemblerDiagnostics.MalformedMacro, statement, "a label in front of .macro becomes the macro's name in GNU as; put it on a line of its own");
        }
        else if (word.Directive != Directive.None)
        {
            _diagnostics.Report(AssemblerDiagnostics.DuplicateMacro, macro.Definition, $"'{macro.Name}' is a directive and cannot be a macro");
        }
        else if (word.Macro is { } earlier && earlier.Definition is not { Source.GivesWay: true })
        {
            var place = earlier.Definition is { } span ? $" at {span.Source.Path}:{span.Line}" : "";
            var message = $"macro '{macro.Name}' is already defined{place}; the first definition stays";
            _diagnostics.Report(AssemblerDiagnostics.DuplicateMacro, macro.Definition, message);
        }
        else
        {
            Define(word, macro);
        }
    }

    private void Define(Word word, MacroDefinition macro)
    {
        word.Macro = macro;
        _macros[word.Text] = macro;
        _recorder.ChangeMacro(word.Text);
        if (_input.Depth > 0)
        {
            _recorder.GiveUp();
        }
    }

    // Whether a label with a name stands before a statement on its line.
    private static bool IsLabelled(TextSlice statement)
    {
        var text = statement.Source.Text;
        var i = statement.Start - 1;
        while (i >= 0 && Characters.IsBlank(text[i]))
        {
            i--;
        }

        if (i < 0 || text[i] != ':')
        {
            return false;
        }

        while (i > 0 && (Characters.IsNamePart(text[i - 1]) || Characters.IsBlank(text[i - 1])))
        {
            i--;
        }

        return Characters.IsNameStart(text[Characters.SkipBlanks(text, i, statement.Start)]);
    }

    private void PurgeMacros(TextSlice operands)
    {
        var text = operands.Source.Text;
        for (var i = operands.Start; i < operands.End;)
        {
            var end = Characters.NameEnd(text, i, operands.End);
            var name = operands.Between(i, end);
            if (name.IsEmpty)
            {
                _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands.From(i), "expected the name of a macro");
                return;
            }

            var word = _names.Get(text, i, end - i).Folded;
            if (word.Macro is null)
            {
                var suggestion = NearestName.Suggest(word.Text, _macros.Keys);
                _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, name, $"there is no macro '{name}'.{suggestion}");
            }

            word.Macro = null;
            _macros.Remove(word.Text);
            _recorder.ChangeMacro(word.Text);
            _recorder.GiveUp();
            i = Characters.SkipBlanks(text, end, operands.End);
            if (i < operands.End && text[i] != ',')
            {
                _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands.From(i), "expected a comma between the names of macros");
                return;
            }

            i = Characters.SkipComma(text, i, operands.End);
        }
    }

    private void ExitMacro(TextSlice statement)
    {
        if (_input.Depth == 0)
        {
            _diagnostics.Report(AssemblerDiagnostics.StrayBlockEnd, statement, "'.exitm' stands outside of any macro");
            return;
        }

        _conditionals.Truncate(_input.Top.OuterConditionals);
        _input.Top.Finish();
    }

    private void Repeat(TextSlice statement, TextSlice operands)
    {
        var isCounted = _constants.TryRead(operands, "the count", Sequence, _state.Sections.Current, out var count);
        if (CaptureBlock(Directive.Repeat, statement) is not { } body || !isCounted)
        {
            return;
        }

        if (count < 0)
        {
            _diagnostics.Report(AssemblerDiagnostics.NotConstant, operands, $"the count must not be negative, but is {count}");
        }
        else if (count > _options.MaxRepetitions)
        {
            _diagnostics.Report(AssemblerDiagnostics.ExpansionBound, operands, $"{count} repetitions are more than {_options.MaxRepetitions}");
        }
        else if (count > 0 && MayNest(".rept", statement) && MayExpand((body.Length + 1L) * count, statement))
        {
            Push(body, ".rept", statement, (int)count);
        }
    }

    // .irp takes arguments, .irpc characters; all turns are one expansion, so that .exitm ends them all.
    private void RepeatFor(Directive directive, TextSlice statement, TextSlice operands)
    {
        if (CaptureBlock(Directive.Repeat, statement) is not { } body)
        {
            return;
        }

        var text = operands.Source.Text;
        var name = Characters.LeadingName(operands);
        if (name.IsEmpty)
        {
            _diagnostics.Report(AssemblerDiagnostics.MalformedMacro, operands, "expected the name that stands for each value");
            return;
        }

        var parameter = new MacroParameter(name.ToString(), MacroParameterKind.Optional, default, null);
        var template = MacroTemplate.Parse(body, [parameter], _state.IsAlternate);
        _recorder.Expand(template);
        var i = Characters.SkipComma(text, name.End, operands.End);
        var argument = new TextSlice[1];
        var isQuoted = false;
        var isFirst = true;
        _expansion.Clear();
        while (isFirst || i < operands.End)
        {
            isFirst = false;
            if (directive == Directive.RepeatForCharacters)
            {
                // Blanks are values in quotes only; the quotes are values themselves, but for a last one.
                var isQuote = i < operands.End && text[i] == '"';
                isQuoted ^= isQuote;
                if (isQuote && Characters.SkipBlanks(text, i + 1, operands.End) >= operands.End)
                {
                    break;
                }

                argument[0] = operands.Between(i, Math.Min(i + 1, operands.End));
                i = isQuoted ? i + 1 : Characters.SkipBlanks(text, i + 1, operands.End);
            }
            else if (_arguments.ReadPositional(operands, ref i, _state.IsAlternate) is { } value)
            {
                argument[0] = value;
                i = Characters.SkipComma(text, i, operands.End);
            }
            else
            {
                return;
            }

            if (!MayExpand(template.Measure(argument) + 1, statement))
            {
                return;
            }

            template.Expand(_expansion, argument, _state.Calls, _state.Locals);
            _state.Locals += template.LocalCount;
        }

        if (MayNest(".irp", statement))
        {
            Push(_expansion.ToTracedText(), directive == Directive.RepeatForCharacters ? ".irpc" : ".irp", statement, hasCounter: template.HasCounter);
        }
    }

    private void Push(TracedText text, string name, TextSlice statement, int repetitions = 1, MacroDefinition? macro = null, bool hasCounter = false)
    {
        var scrubbed = _scrubber.Scrub(text);
        var frame = new MacroFrame(name, statement, _diagnostics.Frame, macro, scrubbed)
        {
            Index = _recorder.Frames.Count,
            HasCounter = hasCounter || _diagnostics.Frame is { HasCounter: true },
        };
        _recorder.Frames.Add(frame);
        _input.Push(new InputText(scrubbed, frame, repetitions) { OuterConditionals = _conditionals.Count, IsRepetition = name is ".rept" or ".irp" or ".irpc" });
        _diagnostics.Frame = frame;
    }

    // Reads up to the directive that ends a block and returns what stands before it.
    private TracedText? CaptureBlock(Directive opening, TextSlice statement)
    {
        var input = _input.Top;
        var start = input.Position;
        var depth = 1;
        var nested = -1;
        while (input.TryReadOnce(out var inner))
        {
            if (_input.Depth == 0)
            {
                _file.MoveTo(inner.Start);
            }

            var word = FindOperation(inner, out var operation);
            var directive = word?.Directive ?? Directive.None;
            if (opening == Directive.Macro ? directive == Directive.Macro : directive.IsRepetition())
            {
                depth++;
                nested = nested < 0 ? operation : nested;
            }
            else if (directive == (opening == Directive.Macro ? Directive.EndMacro : Directive.EndRepeat) && --depth == 0)
            {
                return input.Text.Slice(start, operation - start);
            }
        }

        var end = opening == Directive.Macro ? ".endm" : ".endr";
        _diagnostics.Report(AssemblerDiagnostics.UnterminatedBlock, statement, $"'{statement}' has no {end}");
        if (opening == Directive.Macro && nested >= 0)
        {
            // Probably forgotten before the next definition: go on there.
            input.Seek(nested);
            return input.Text.Slice(start, nested - start);
        }

        return null;
    }

    // The first word behind the labels of a statement.
    private Word? FindOperation(TextSlice statement, out int start)
    {
        var text = statement.Source.Text;
        start = statement.Start;
        while (start < statement.End && Characters.IsNamePart(text[start]))
        {
            var end = Characters.NameEnd(text, start, statement.End);
            var next = Characters.SkipBlanks(text, end, statement.End);
            if (next >= statement.End || text[next] != ':')
            {
                return text[start] == '.' ? _names.Get(text, start, end - start).Folded : null;
            }

            start = Characters.SkipBlanks(text, next + 1, statement.End);
        }

        return null;
    }

    // One message for each macro that calls itself; what remains of the outermost call is left unread.
    private bool MayNest(string name, TextSlice statement)
    {
        if (_input.Depth < _options.MaxDepth)
        {
            return true;
        }

        if (_tooDeep.Add(name))
        {
            var message = $"'{name}' is expanded {_options.MaxDepth} levels deep; does it call itself without an end?";
            _diagnostics.Report(AssemblerDiagnostics.ExpansionBound, statement, message);
        }

        Abandon();
        return false;
    }

    // What an expansion costs is counted before it is made: its characters, and something for what leaves none.
    private bool MayExpand(long characters, TextSlice statement)
    {
        if (characters <= _options.MaxExpandedCharacters - _state.ExpandedCharacters)
        {
            _state.ExpandedCharacters += characters;
            return true;
        }

        var message = $"expansions exceed {_options.MaxExpandedCharacters} characters; reading stops here";
        _diagnostics.Report(AssemblerDiagnostics.ExpansionBound, statement, message);
        StopReading();
        return false;
    }

    private void StopReading()
    {
        Abandon();
        _conditionals.Truncate(0);
        _input.Top.Finish();
    }

    private void Abandon()
    {
        _recorder.GiveUp();
        while (_input.Depth > 0)
        {
            _conditionals.Truncate(_input.Top.OuterConditionals);
            _input.TryPop(out _);
        }

        _diagnostics.Frame = null;
    }
}
