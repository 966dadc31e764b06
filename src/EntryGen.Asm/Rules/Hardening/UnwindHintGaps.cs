using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>Follows each hint from its place on, as objtool does, and finds where it stops being true without another one.</summary>
/// <remarks>Pushes, pops and sums are counted along. What objtool derives for functions without a hint is its own account, and not looked at.</remarks>
internal sealed class UnwindHintGaps
{
    private readonly Dictionary<CodeItem, UnwindHint> _hints = [];
    private readonly HashSet<CodeItem> _notLookedAt = [];

    /// <summary>The hints of a Program.</summary>
    public UnwindHintGaps(Program program)
    {
        foreach (var hint in program.Tables.UnwindHints)
        {
            if (hint.Place.Item is { } item)
            {
                _hints[item] = hint;
            }
        }

        foreach (var note in program.Tables.Annotations)
        {
            if (note is { Kind: AnnotationKind.NonStandardStackFrame or AnnotationKind.IntraFunctionCall, Place.Item: { } item })
            {
                _notLookedAt.Add(item);
            }
        }
    }

    /// <summary>The instructions behind which RSP is somewhere else, each with the hint that does not hold any more. A return address that is overwritten is for EG2024.</summary>
    public IEnumerable<(Instruction Instruction, UnwindHint Hint)> Find()
    {
        var found = new HashSet<Instruction>();
        foreach (var hint in _hints.Values.Where(IsDepth).OrderBy(hint => hint.Place.Item!.Index))
        {
            var seen = new HashSet<(CodeItem, long)>();
            var pending = new Stack<(CodeItem Item, long Depth)>();
            pending.Push((hint.Place.Item!, hint.Offset));
            while (pending.Count > 0)
            {
                var (item, depth) = pending.Pop();
                if (!seen.Add((item, depth)) || seen.Count > 10_000)
                {
                    continue;
                }

                if (item is AlternativeSite site)
                {
                    Go(site.Original, depth);
                    foreach (var choice in site.Choices)
                    {
                        Go(choice.Target, depth);
                    }

                    continue;
                }

                var instruction = (Instruction)item;
                var after = StackDepth.After(instruction, depth);
                if (after is null)
                {
                    if (!IsUserStack(instruction) && NextOf(instruction).Any(next => !IsHintedSoon(next)) && !_notLookedAt.Contains(instruction) && found.Add(instruction))
                    {
                        yield return (instruction, hint);
                    }

                    continue;
                }

                foreach (var next in NextOf(instruction))
                {
                    Go(next, after.Value);
                }
            }

            // Another hint takes over at its place.
            void Go(CodeItem next, long depth)
            {
                if (!_hints.ContainsKey(next) && next.Section == hint.Place.Item!.Section)
                {
                    pending.Push((next, depth));
                }
            }
        }
    }

    // The frame pointer may be set in between (ENCODE_FRAME_POINTER).
    private bool IsHintedSoon(CodeItem item) =>
        _hints.ContainsKey(item) || (item is Instruction { Info.Op: Op.Lea or Op.Mov, Next: { } next } && _hints.ContainsKey(next));

    private static bool IsDepth(UnwindHint hint) =>
        hint.Register == UnwindRegister.Sp && hint.Type is UnwindHintType.Registers or UnwindHintType.PartialRegisters or UnwindHintType.Call or UnwindHintType.Function;

    // A call comes back with RSP as it was; what it calls has a hint of its own. Where an interrupt returns to is not known.
    private static IEnumerable<CodeItem> NextOf(Instruction instruction)
    {
        if (instruction.Info.ControlFlow is ControlFlow.Jump or ControlFlow.ConditionalJump && instruction.Target?.Item is { } target)
        {
            yield return target;
        }

        if (instruction.Info.ControlFlow is ControlFlow.Sequential or ControlFlow.ConditionalJump or ControlFlow.Call && instruction.Next is { } next
            && (instruction.Target?.External is not { } function || !KernelSymbols.IsNoReturn(function.Name)))
        {
            yield return next;
        }
    }

    // What is loaded from the frame is the user's RSP: the last instructions before user mode have no stack to unwind.
    private static bool IsUserStack(Instruction instruction) =>
        instruction.Info.Op == Op.Pop || (instruction.Info.Op == Op.Mov && instruction.Operands is [MemoryOperand { Base.Number: AbstractState.Rsp }, _] && StackDepth.IsRsp(instruction.Operands[1]));
}
