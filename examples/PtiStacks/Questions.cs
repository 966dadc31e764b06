using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Tasks;
using EntryGen.Kernel;

namespace PtiStacks;

/// <summary>What is asked of a design.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Words">The question, as what must hold.</param>
/// <param name="Parts">The properties that together are the answer.</param>
/// <param name="Setting">The scenario in which it is asked of a design.</param>
public sealed record Question(string Id, string Words, IReadOnlyList<TaskProperty> Parts, Func<Design, TaskScenario> Setting)
{
    private const InjectedEvents Anywhere = InjectedEvents.Nmi | InjectedEvents.MachineCheck;

    private static readonly TaskProperty[] _comesBack =
    [
        TaskProperties.Returns, TaskProperties.RegistersPreserved, TaskProperties.GsRestored, TaskProperties.Cr3Restored, TaskProperties.OwnPageTables,
        TaskProperties.CallsOnKernelHalf, TaskProperties.CallsWithKernelGs, TaskProperties.NoFault, TaskProperties.StaysInCode,
    ];

    /// <summary>All questions but those about interrupts on the user half (<see cref="Points"/>) and about each mapping (<see cref="Mappings"/>).</summary>
    public static IReadOnlyList<Question> All { get; } =
    [
        new("P4.1", "no frame on a per-CPU stack is needed after a sleep", [TaskProperties.NothingLeftBehind, TaskProperties.SleepsOnOwnStack], SleepAndMove),
        new("P4.2", "a task may leave the kernel on another CPU", [TaskProperties.OwnMemory, .. _comesBack], SleepAndMove),
        new("P4.3", "what is used on the user half is mapped there", [TaskProperties.CallsOnKernelHalf, TaskProperties.NoFault], Interrupted),
        new("P4.4a", "no process can see general registers of another one, RSP left aside", [TaskProperties.NoRegistersOfOthers], SleepAndMove),
        new("P4.4b", "no process can see RSP of another one", [TaskProperties.NoStackPointersOfOthers], SleepAndMove),
        new("P4.4c", "as (a), with an NMI or #MC anywhere", [TaskProperties.NoRegistersOfOthers], Interrupted),
        new("P4.4d", "no process can see registers of C code, with an NMI or #MC anywhere", [TaskProperties.NoRegistersOfKernel], Interrupted),
        new("P4.4e", "no process can see the kernel's canary", [TaskProperties.CanaryIsHidden], SleepAndMove),
        new("P4.4f", "no process can see the stack of a thread that has ended, if it is not unmapped", [TaskProperties.FreedStacksAreHidden], design => Ending(design, unmaps: false)),
        new("P4.4g", "the same, if it is", [TaskProperties.FreedStacksAreHidden], design => Ending(design, unmaps: true)),
        new("P4.7", "an NMI or #MC anywhere finds its way back, one in the other too", _comesBack, Hit),
    ];

    /// <summary>Two tasks, two CPUs: each task enters twice and sleeps once, and any idle CPU may go on with it. An interrupt may come where the code lets it in.</summary>
    public static TaskScenario SleepAndMove(Design design) => Of(design).Often(entries: 2, sleeps: 1);

    /// <summary>Less often, but with an event from outside at every instruction.</summary>
    public static TaskScenario Interrupted(Design design) => Of(design).Often(entries: 1, sleeps: 1).Inject(Anywhere | InjectedEvents.Interrupt);

    /// <summary>One task on one CPU, which is hit at every instruction, and again in what handles that.</summary>
    private static TaskScenario Hit(Design design) =>
        Of(design with { Options = design.Options with { Processors = 1, Tasks = [0] } }).Often(entries: 1, sleeps: 0).Inject(Anywhere, most: 2);

    private static TaskScenario Ending(Design design, bool unmaps) =>
        Of(design with { Options = design.Options with { Tasks = [0, 0] } }).Often(entries: 2, sleeps: 0).MayExitIn(["do_syscall_64"], unmaps);

    private static TaskScenario Of(Design design) =>
        TaskScenario.Of(design.Unit).In(design.Options).Entering(Design.SystemCall, Design.Interrupt).MaySleepIn(design.SleepsIn);

    /// <summary>Answers all questions about a design; questions with the same setting are answered by one exploration.</summary>
    public static IReadOnlyList<Answer> Ask(Design design)
    {
        var answers = new List<Answer>();
        foreach (var group in All.GroupBy(question => question.Setting))
        {
            // Designs are asked at the same time, each on a thread of its own.
            var result = group.Key(design).Within(new ExplorationBounds { Threads = 1 }).Ask(group.SelectMany(question => question.Parts).Distinct()).Explore();
            answers.AddRange(group.Select(question => new Answer(design, question, [.. question.Parts.Select(part => result[part.Id])], result.Exploration.States)));
        }

        return [.. All.Select(question => answers.Single(answer => answer.Question == question))];
    }
}

/// <summary>The answer to a question about a design.</summary>
/// <param name="Design">The design.</param>
/// <param name="Question">The question.</param>
/// <param name="Parts">The verdict on each property.</param>
/// <param name="States">How many states were looked at.</param>
public sealed record Answer(Design Design, Question Question, IReadOnlyList<TaskPropertyResult> Parts, long States)
{
    /// <summary>The verdict.</summary>
    public Verdict Verdict => Parts.Any(part => part.Verdict == Verdict.Violated) ? Verdict.Violated
        : Parts.All(part => part.Verdict == Verdict.HoldsWithinBounds) ? Verdict.HoldsWithinBounds
        : Verdict.BoundHit;

    /// <summary>The shortest of the counterexamples; null: it holds.</summary>
    public TaskCounterexample? Counterexample => Parts.Select(part => part.Counterexample).OfType<TaskCounterexample>().MinBy(counterexample => counterexample.Steps.Count);

    /// <summary>The run at whose end the interrupted code does not find its registers, if that was asked and there is one: the outcome of what began with the shortest.</summary>
    public TaskCounterexample? LostRegisters => Parts.SingleOrDefault(part => part.Property == TaskProperties.RegistersPreserved)?.Counterexample;
}
