using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

// Reading again after an edit: what passages outside of it did is repeated, statement by statement, without expanding a macro or deciding a conditional.
// Names get their places and values by the same code as when they are read, so that whoever depends on them finds what a full reading would leave.
internal sealed partial class AssemblerRun
{
    private readonly List<Passage> _passages = [];
    private readonly PassageRecorder _recorder = new();
    private readonly PreviousReading? _previous;
    private readonly FrameMover? _mover;
    private Beginning? _open; // of the passage being read
    private int _repeated;

    // Nothing is being expanded and no conditional is open: one passage ends here and the next begins.
    private void Turn(CancellationToken cancellationToken)
    {
        EndPassage();
        while (_previous?.Find(_input.Top.Position, ref _state) is { } passage && TryRepeat(passage, _previous, _mover!))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        _recorder.Begin();
        _open = new Beginning(_input.Top.Position, Sequence, _state, _symbols.EvaluationSteps, _diagnostics.Diagnostics.Count, _macroCalls.Count);
    }

    private void EndPassage()
    {
        if (_open is not { } open || open.Position == _input.Top.Position)
        {
            return;
        }

        var needs = _recorder.End(isClean: _diagnostics.Diagnostics.Count == open.Mistakes);
        var isDefinition = needs.ChangedMacros.Count == 1 && Sequence == open.Sequence && _state.Read == open.State.Read + 1;
        var passage = new Passage(open.Position, _input.Top.Position, open.Sequence, Sequence - open.Sequence, open.State, _state, _symbols.EvaluationSteps - open.EvaluationSteps, needs)
        {
            Frames = _recorder.Frames.Count == 0 ? [] : _recorder.Frames.ToArray(),
            FirstCall = open.MacroCall,
            Macro = isDefinition && _macros.TryGetValue(needs.ChangedMacros[0], out var macro) ? macro : null,
        };
        _open = null;
        _passages.Add(passage);
        _previous?.Add(passage);
    }

    private bool TryRepeat(Passage passage, PreviousReading previous, FrameMover mover)
    {
        var state = _state.Then(passage.Before, passage.After);
        var steps = _symbols.EvaluationSteps + passage.EvaluationSteps;
        if (state.Read > _options.MaxStatements || state.ExpandedCharacters > _options.MaxExpandedCharacters || steps > SymbolTable.MaxEvaluationSteps)
        {
            return false;
        }

        // What expansions cost is known to a digit or two for each number that got longer: near the bound it is counted again.
        if (previous.Renumbered is { HasMoved: true } && state.ExpandedCharacters > _options.MaxExpandedCharacters / 2)
        {
            return false;
        }

        var start = _input.Top.Position;
        if (!mover.TryMove(passage.Frames, start - passage.Start, previous.Renumbered))
        {
            return false;
        }

        if (passage.Macro is { } macro)
        {
            Define(_names.Get(macro.Name, 0, macro.Name.Length).Folded, macro);
        }

        _symbols.Recorder = null; // what it looks up is known
        var first = Sequence;
        var firstCall = _macroCalls.Count;
        var call = passage.FirstCall;
        foreach (var frame in mover.Frames)
        {
            if (frame.Macro is not null)
            {
                var before = previous.MacroCalls[call++];
                _macroCalls.Add(new MacroCall(before, frame, before.FirstStatement - passage.FirstStatement + first));
            }
        }

        var line = _file.Line(_file.LineAt(start));
        var lineShift = line.Line - previous.LineOf(passage);
        var end = passage.FirstStatement + passage.StatementCount;
        for (var i = passage.FirstStatement; i < end; i++)
        {
            var statement = mover.Move(previous.Statements[i], Sequence, line.File, lineShift);
            TakeEffectAgain(statement);
            _statements.Add(statement);
        }

        _symbols.Recorder = _recorder;
        _symbols.EvaluationSteps = steps;
        var repeated = passage with
        {
            Start = start,
            End = start + passage.End - passage.Start,
            FirstStatement = first,
            Before = _state,
            After = state,
            Frames = mover.Frames,
            FirstCall = firstCall,
            Counters = previous.Renumbered?.Counters ?? passage.Counters,
            Needs = previous.Renumbered is { Labels.Count: > 0 } renumbered ? passage.Needs.Rename(renumbered.Labels) : passage.Needs,
        };
        _passages.Add(repeated);
        _state = state;
        _input.Top.Seek(start + passage.End - passage.Start);
        _repeated += passage.StatementCount;
        previous.Repeated(repeated);
        return true;
    }

    // On names; the rest of the state is known from the passage as a whole. Nothing can be wrong: what would decide that is as it was.
    private void TakeEffectAgain(Statement statement)
    {
        if (statement.Kind == StatementKind.Label)
        {
            var label = new LabelDefinition(statement.Name, statement.Sequence, statement.Section, statement.Slice);
            TryDefineLabel(label, statement.Slice, isName: !Characters.IsDigit(statement.Name[0]));
        }
        else if (statement.Kind == StatementKind.Assignment)
        {
            TryAssign(statement.Directive, Characters.LeadingName(statement.Slice), statement.Slice.From(statement.OperandStart), statement.Section);
        }
        else if (statement.Kind == StatementKind.Directive)
        {
            switch (statement.Directive)
            {
                case Directive.Set or Directive.SetOnce or Directive.SetLazily:
                    TrySet(statement.Directive, statement.Slice, statement.Slice.From(statement.OperandStart), statement.Section);
                    break;
                case Directive.Global:
                    TryMakeGlobal(statement.Slice.From(statement.OperandStart));
                    break;
                case Directive.Common:
                    TryDefineCommon(statement.Slice.From(statement.OperandStart));
                    break;
            }
        }
    }

    private readonly record struct Beginning(int Position, int Sequence, AssemblerState State, int EvaluationSteps, int Mistakes, int MacroCall);
}
