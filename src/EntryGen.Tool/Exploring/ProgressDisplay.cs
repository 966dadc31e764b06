using System.Globalization;
using EntryGen.Exploration;
using Spectre.Console;

namespace EntryGen.Tool.Exploring;

/// <summary>How far an exploration is, on a terminal: a bar, states a second, the frontier, and how many states there may be. Gone when it is over.</summary>
internal static class ProgressDisplay
{
    /// <summary>Explores, and shows how far it is.</summary>
    /// <param name="terminal">Where to; null for nowhere.</param>
    /// <param name="name">What is explored.</param>
    /// <param name="explore">Explores; is given what to report to, null when nobody looks.</param>
    public static TResult Show<TResult>(IAnsiConsole? terminal, string name, Func<IProgress<ExplorationProgress>?, TResult> explore) => terminal is null
        ? explore(null)
        : Create(terminal).Start(context =>
        {
            var task = context.AddTask(Markup.Escape(name));
            task.IsIndeterminate = true;
            return explore(new Reports(now =>
            {
                task.Description = Markup.Escape($"{name}: {Words(now)}");
                task.IsIndeterminate = now.Estimate is null;
                task.MaxValue = Math.Max(now.Estimate ?? now.States, 1);
                task.Value = now.States;
            }));
        });

    /// <summary>Goes through several explorations, and shows how many are done.</summary>
    /// <param name="terminal">Where to; null for nowhere.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="explore">Goes through them; is given what to tell when one is done, with the states until then.</param>
    public static void ShowMany(IAnsiConsole? terminal, int count, Action<Action<long>> explore)
    {
        if (terminal is null)
        {
            explore(_ => { });
            return;
        }

        Create(terminal).Start(context =>
        {
            var task = context.AddTask("exploring", maxValue: Math.Max(count, 1));
            explore(states =>
            {
                task.Increment(1);
                task.Description = Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{task.Value:N0} of {count:N0} explorations: {states:N0} states"));
            });
        });
    }

    /// <summary>The numbers of a report.</summary>
    public static string Words(ExplorationProgress now) => string.Create(
        CultureInfo.InvariantCulture,
        $"{now.States:N0} states, {now.StatesPerSecond:N0}/s, depth {now.Depth}, frontier {now.Frontier:N0}{(now.Estimate is { } estimate ? $", about {estimate:N0} in all" : "")}");

    private static Progress Create(IAnsiConsole terminal) =>
        terminal.Progress().AutoClear(true).Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new SpinnerColumn());

    // Progress<T> would report later, on another thread.
    private sealed class Reports(Action<ExplorationProgress> report) : IProgress<ExplorationProgress>
    {
        public void Report(ExplorationProgress value) => report(value);
    }
}
