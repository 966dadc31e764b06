using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>Pairs calls inside the Program with the returns that come back behind them.</summary>
/// <remarks>
/// A return belongs to a called place when it can be reached from there without leaving through another call. Code that changes its return
/// address is not understood by this: analyses that use it must stay right when control comes back elsewhere, at an address that was taken.
/// </remarks>
public sealed class CallGraph
{
    private static readonly IReadOnlyList<CodeItem> _none = [];
    private readonly Dictionary<CodeItem, List<CodeItem>> _continuationsByTarget = [];
    private readonly Dictionary<Instruction, List<CodeItem>> _returnTargets = [];

    internal CallGraph(Program program)
    {
        foreach (var item in program.Items)
        {
            if (item is Instruction call && IsInternalCall(call))
            {
                var target = call.Target!.Item!;
                if (!_continuationsByTarget.TryGetValue(target, out var continuations))
                {
                    _continuationsByTarget.Add(target, continuations = []);
                }

                if (call.Next is { } next)
                {
                    continuations.Add(next);
                }
            }
        }

        foreach (var target in _continuationsByTarget)
        {
            foreach (var ret in ReturnsFrom(target.Key, program.Items.Count))
            {
                if (!_returnTargets.TryGetValue(ret, out var targets))
                {
                    _returnTargets.Add(ret, targets = []);
                }

                targets.AddRange(target.Value);
            }
        }
    }

    /// <summary>The places that are called from inside the Program.</summary>
    public IReadOnlyCollection<CodeItem> Targets => _continuationsByTarget.Keys;

    /// <summary>Whether an instruction calls code of the Program.</summary>
    public bool IsInternalCall(Instruction instruction) => instruction.Info.ControlFlow == ControlFlow.Call && instruction.Target?.Item is not null;

    /// <summary>Where a return inside the Program can go, or the return of a function outside that is jumped to; empty for anything else.</summary>
    public IReadOnlyList<CodeItem> ReturnTargets(Instruction instruction) =>
        _returnTargets.TryGetValue(instruction, out var targets) ? targets : _none;

    // A jump out of the Program is a tail call: what it reaches returns in the place of this code.
    private static bool Returns(Instruction instruction) => instruction.Info.ControlFlow switch
    {
        ControlFlow.Return => true,
        ControlFlow.Jump or ControlFlow.ConditionalJump => instruction.Target?.Item is null,
        _ => false,
    };

    private static IEnumerable<Instruction> ReturnsFrom(CodeItem start, int count)
    {
        var seen = new bool[count];
        var pending = new Stack<CodeItem>();
        Visit(start);
        while (pending.Count > 0)
        {
            var item = pending.Pop();
            if (item is AlternativeSite site)
            {
                Visit(site.Original);
                foreach (var choice in site.Choices)
                {
                    Visit(choice.Target);
                }

                continue;
            }

            var instruction = (Instruction)item;
            if (Returns(instruction))
            {
                yield return instruction;
            }

            if (instruction.Info.ControlFlow != ControlFlow.Call)
            {
                Visit(instruction.Target?.Item);
            }

            Visit(instruction.Next);
            Visit(instruction.ExceptionHandler?.Handler);
        }

        void Visit(CodeItem? item)
        {
            if (item is not null && !seen[item.Index])
            {
                seen[item.Index] = true;
                pending.Push(item);
            }
        }
    }
}
