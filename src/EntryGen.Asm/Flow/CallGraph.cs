using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>Pairs calls inside the Program with the returns that come back behind them.</summary>
/// <remarks>
/// A return belongs to a called place when it can be reached from there without leaving through another call. Code that changes its return
/// address is not understood by this: analyses that use it must stay right when control comes back elsewhere, at an address that was taken.
/// The pairs can be as many as calls times returns. When there are more than can be of use, nothing is paired, and every place behind a call counts as
/// one whose address was taken.
/// </remarks>
public sealed class CallGraph
{
    /// <summary>Items visited and pairs made, together; all of the kernel's entry code takes a hundredth.</summary>
    private const int MaxSteps = 2_000_000;

    private static readonly IReadOnlyList<CodeItem> _none = [];
    private readonly Dictionary<CodeItem, List<CodeItem>> _continuationsByTarget = [];
    private readonly Dictionary<Instruction, List<CodeItem>> _returnTargets = [];

    internal CallGraph(Program program, CancellationPoint point)
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

        var search = new ReturnSearch(program.Items.Count, point);
        foreach (var target in _continuationsByTarget)
        {
            foreach (var ret in search.From(target.Key))
            {
                if (!_returnTargets.TryGetValue(ret, out var targets))
                {
                    _returnTargets.Add(ret, targets = []);
                }

                targets.AddRange(target.Value);
                search.Steps += target.Value.Count;
            }

            if (search.Steps > MaxSteps)
            {
                _returnTargets.Clear();
                Unpaired = [.. _continuationsByTarget.Values.SelectMany(continuations => continuations)];
                return;
            }
        }
    }

    /// <summary>The places behind calls to which no return was paired, because there are too many of both; mostly empty.</summary>
    public IReadOnlyList<CodeItem> Unpaired { get; } = _none;

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

    /// <summary>Finds the returns of called places, one place after the other.</summary>
    private sealed class ReturnSearch(int count, CancellationPoint point)
    {
        private readonly int[] _seenBy = new int[count];
        private readonly Stack<CodeItem> _pending = new();
        private int _search;

        /// <summary>What was done so far.</summary>
        public int Steps { get; set; }

        /// <summary>The returns that a place reaches; not all of them once there were too many steps.</summary>
        public IEnumerable<Instruction> From(CodeItem start)
        {
            _search++;
            _pending.Clear();
            Visit(start);
            while (_pending.Count > 0 && Steps <= MaxSteps)
            {
                var item = _pending.Pop();
                Steps++;
                point.Pass();
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
        }

        private void Visit(CodeItem? item)
        {
            if (item is not null && _seenBy[item.Index] != _search)
            {
                _seenBy[item.Index] = _search;
                _pending.Push(item);
            }
        }
    }
}
