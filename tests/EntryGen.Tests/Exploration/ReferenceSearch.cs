using EntryGen.Exploration;

namespace EntryGen.Tests.Exploration;

/// <summary>The obvious breadth-first search, with a set and a queue: what the engine is compared with.</summary>
internal static class ReferenceSearch
{
    public static ReferenceAnswer Run<TState>(IModel<TState> model, Predicate<TState> holds)
        where TState : unmanaged
    {
        var seen = model.ListInitialStates().Select(initial => initial.State).ToHashSet();
        List<TState> level = [.. seen];
        var levels = new List<long>();
        long transitions = 0, terminals = 0;
        int? violated = null;
        for (var depth = 0; level.Count > 0; depth++)
        {
            levels.Add(level.Count);
            var next = new List<TState>();
            foreach (var state in level)
            {
                if (!holds(state))
                {
                    violated ??= depth;
                }

                var successors = model.ListSuccessors(state);
                transitions += successors.Count;
                terminals += successors.Count == 0 ? 1 : 0;
                next.AddRange(successors.Select(successor => successor.State).Where(seen.Add));
            }

            level = next;
        }

        return new ReferenceAnswer(levels, transitions, terminals, violated);
    }
}

/// <summary>What it finds.</summary>
/// <param name="Levels">States at each distance.</param>
/// <param name="Transitions">Transitions.</param>
/// <param name="Terminals">States without successors.</param>
/// <param name="Violated">The distance of the nearest violation.</param>
internal sealed record ReferenceAnswer(IReadOnlyList<long> Levels, long Transitions, long Terminals, int? Violated);
