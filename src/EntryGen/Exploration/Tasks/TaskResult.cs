using System.Globalization;
using EntryGen.Exploration.Scenarios;
using EntryGen.Tracing;

namespace EntryGen.Exploration.Tasks;

/// <summary>What an exploration of tasks found.</summary>
/// <param name="Scenario">The question.</param>
/// <param name="Exploration">Counts of the exploration that looked at all properties.</param>
/// <param name="Properties">What became of each property.</param>
public sealed record TaskResult(TaskScenario Scenario, ExplorationResult Exploration, IReadOnlyList<TaskPropertyResult> Properties)
{
    /// <summary>The verdict on all properties together.</summary>
    public Verdict Verdict => Properties.Any(property => property.Verdict == Verdict.Violated) ? Verdict.Violated
        : Properties.Any(property => property.Verdict == Verdict.BoundHit) ? Verdict.BoundHit
        : Verdict.HoldsWithinBounds;

    /// <summary>What became of a property.</summary>
    /// <param name="id">Its id.</param>
    /// <exception cref="ArgumentException">The scenario does not ask for it.</exception>
    public TaskPropertyResult this[string id] => Properties.FirstOrDefault(property => property.Property.Id == id)
        ?? throw new ArgumentException($"The scenario does not ask for '{id}'.", nameof(id));

    /// <summary>Fails unless every property holds within the bounds.</summary>
    /// <exception cref="ExplorationException">A property is violated, or a bound cut the exploration short.</exception>
    public TaskResult ShouldHold() => Verdict == Verdict.HoldsWithinBounds ? this : throw new ExplorationException(ToString());

    /// <summary>Fails unless a property is violated.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>Its counterexample.</returns>
    /// <exception cref="ExplorationException">It is not violated.</exception>
    public TaskCounterexample ShouldViolate(string id) => this[id].Counterexample ?? throw new ExplorationException($"Expected {id} to be violated.\n{this}");

    /// <summary>The verdict, and the counterexamples.</summary>
    public override string ToString()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        text.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{VerdictText.NameOf(Verdict)}: {Scenario.Options.Tasks.Count} tasks on {Scenario.Options.Processors} CPUs, {Exploration.States} states, {Exploration.Transitions} transitions"));
        foreach (var property in Properties)
        {
            text.WriteLine($"  {property.Property.Id,-16} {VerdictText.NameOf(property.Verdict)}");
        }

        foreach (var counterexample in Properties.Select(property => property.Counterexample).OfType<TaskCounterexample>())
        {
            text.WriteLine();
            counterexample.Write(text);
        }

        return text.ToString();
    }
}

/// <summary>What became of one property.</summary>
/// <param name="Property">The property.</param>
/// <param name="Verdict">The answer.</param>
/// <param name="Counterexample">A run that breaks it with the fewest events and, among those, the fewest entries, sleeps and returns; null unless violated.</param>
public sealed record TaskPropertyResult(TaskProperty Property, Verdict Verdict, TaskCounterexample? Counterexample);

/// <summary>A run that breaks a property.</summary>
/// <param name="Property">The property.</param>
/// <param name="Detail">What is wrong in its last state; may be null.</param>
/// <param name="Before">The lanes at the beginning.</param>
/// <param name="Steps">The steps. An event step says which CPU and task run from there on.</param>
public sealed record TaskCounterexample(TaskProperty Property, string? Detail, Lanes Before, IReadOnlyList<TraceStep> Steps)
{
    internal const string Label = "all tasks in user mode";

    /// <summary>What was chosen: <see cref="TaskScenario.Replay"/> does the run again.</summary>
    public required RunChoices Choices { get; init; }

    /// <summary>Whether the property is broken at the end: false only for a run that was asked for.</summary>
    public required bool IsBroken { get; init; }

    /// <summary>Writes it: what is broken, and each step, of instructions that change no lane only the first of a macro call.</summary>
    /// <param name="writer">Where to.</param>
    public void Write(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine($"{Property.Id} is violated: {Property.Words}");
        if (Detail is not null)
        {
            writer.WriteLine($"  {Detail}");
        }

        TraceText.WriteChanges(writer, Label, Before, Steps);
    }
}
