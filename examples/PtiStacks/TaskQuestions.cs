using EntryGen.Exploration.Tasks;

namespace PtiStacks;

/// <summary>Questions that <c>entrygen explore</c> asks of the compiled example, each of all designs in the order of <see cref="Design.All"/>.</summary>
public static class TaskQuestions
{
    /// <summary>P4.1 and P4.2: tasks sleep and go on on another CPU.</summary>
    [TaskScenarios]
    public static IReadOnlyList<TaskScenario> SleepAndMove { get; } = [.. Design.All.Select(Question.SleepAndMove)];

    /// <summary>P4.3: with an event at every instruction.</summary>
    [TaskScenarios]
    public static IReadOnlyList<TaskScenario> Interrupted { get; } = [.. Design.All.Select(Question.Interrupted)];

    /// <summary>The code of the proposal on today's stack, on which it may not sleep.</summary>
    [TaskScenarios]
    public static TaskScenario OnEntryStack { get; } = Question.SleepAndMove(Design.B1);
}
