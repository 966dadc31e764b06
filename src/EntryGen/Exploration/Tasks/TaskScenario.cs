using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Tasks.States;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Tasks;

/// <summary>
/// A question about entry code on several CPUs: tasks enter the kernel, sleep in C functions, go on on whichever CPU is idle, and return to user mode. Immutable: every method returns
/// another scenario.
/// </summary>
/// <example>
/// <code>
/// TaskScenario.Of(Trampoline.EntryUnit)
///     .In(new KernelOptions { Processors = 2, Tasks = [0, 1] })
///     .Entering("entry_SYSCALL_64")
///     .MaySleepIn("do_syscall_64")
///     .Explore()
///     .ShouldHold();
/// </code>
/// </example>
public sealed record TaskScenario
{
    private TaskScenario(EntryUnit unit) => Unit = unit;

    /// <summary>The entry code.</summary>
    public EntryUnit Unit { get; }

    /// <summary>The kernel around it: how many CPUs, which tasks, which stacks.</summary>
    public KernelOptions Options { get; private init; } = new() { Processors = 2, Tasks = [0, 1] };

    /// <summary>The entries by which user code enters the kernel.</summary>
    public IReadOnlyList<string> Entries { get; private init; } = [];

    /// <summary>How often each task enters the kernel.</summary>
    public int EntriesOfTask { get; private init; } = 2;

    /// <summary>The C functions in which a task may sleep.</summary>
    public IReadOnlyList<string> SleepsIn { get; private init; } = [];

    /// <summary>How often each task sleeps.</summary>
    public int SleepsOfTask { get; private init; } = 1;

    /// <summary>The C functions in which a task may end.</summary>
    public IReadOnlyList<string> ExitsIn { get; private init; } = [];

    /// <summary>Whether the PTI stack of a task that ends is taken out of the user half of its process.</summary>
    public bool UnmapsAtExit { get; private init; } = true;

    /// <summary>What may happen at every instruction boundary.</summary>
    public InjectedEvents Events { get; private init; }

    /// <summary>How many of these there may be in one run.</summary>
    public int MostEvents { get; private init; }

    /// <summary>Where interrupts are taken although RFLAGS.IF is clear, as if the code had enabled them there; null: nowhere.</summary>
    public Predicate<TaskState>? InterruptsEnabled { get; private init; }

    /// <summary>Whether other CPUs wait while one is in the kernel and has nothing to choose.</summary>
    public bool IsReduced { get; private init; } = true;

    /// <summary>The properties.</summary>
    public IReadOnlyList<TaskProperty> Properties { get; private init; } = TaskProperties.All;

    /// <summary>The bounds and the number of threads.</summary>
    public ExplorationBounds Bounds { get; private init; } = new();

    /// <summary>A scenario with two CPUs and two tasks of different processes.</summary>
    /// <param name="unit">The entry code.</param>
    public static TaskScenario Of(EntryUnit unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return new TaskScenario(unit);
    }

    /// <summary>The kernel around it.</summary>
    public TaskScenario In(KernelOptions options) => this with { Options = options };

    /// <summary>By which entries user code enters, one of them each time.</summary>
    /// <param name="entries">Their symbols: system calls and interrupts.</param>
    public TaskScenario Entering(params IEnumerable<string> entries) => this with { Entries = [.. entries] };

    /// <summary>In which C functions a task may sleep. Another CPU may then take it.</summary>
    /// <param name="functions">Their names.</param>
    public TaskScenario MaySleepIn(params IEnumerable<string> functions) => this with { SleepsIn = [.. functions] };

    /// <summary>In which C functions a task that has made a system call may end. Its PTI stack is then used for something else.</summary>
    /// <param name="functions">Their names.</param>
    /// <param name="unmaps">Whether the user half of its process stops mapping it.</param>
    public TaskScenario MayExitIn(IEnumerable<string> functions, bool unmaps) => this with { ExitsIn = [.. functions], UnmapsAtExit = unmaps };

    /// <summary>How often each task enters and how often it sleeps, in all.</summary>
    public TaskScenario Often(int entries, int sleeps) => this with { EntriesOfTask = entries, SleepsOfTask = sleeps };

    /// <summary>What may happen at every instruction boundary, on the CPU that runs and in user mode.</summary>
    /// <param name="events">The events.</param>
    /// <param name="most">How many in one run.</param>
    public TaskScenario Inject(InjectedEvents events, int most = 1) => this with { Events = events, MostEvents = events == InjectedEvents.None ? 0 : most };

    /// <summary>Lets interrupts in where the code has them disabled, as if it had enabled them at that boundary.</summary>
    /// <param name="where">At which boundaries; it is asked in the kernel only.</param>
    public TaskScenario WithInterruptsEnabled(Predicate<TaskState> where) => this with { InterruptsEnabled = where };

    /// <summary>Asks just these properties.</summary>
    public TaskScenario Ask(params IEnumerable<TaskProperty> properties) => this with { Properties = [.. properties] };

    /// <summary>Sets bounds.</summary>
    public TaskScenario Within(ExplorationBounds bounds) => this with { Bounds = bounds };

    /// <summary>Lets all CPUs run at any time, and stores every state.</summary>
    public TaskScenario WithoutReductions() => this with { IsReduced = false };

    /// <summary>Explores.</summary>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ArgumentException">The unit has no such entry or function, or the options do not go together.</exception>
    public TaskResult Explore(CancellationToken cancellation = default) => new TaskRun(this, cancellation).Explore();

    /// <summary>Does one run again.</summary>
    /// <param name="choices">What was chosen: those of a counterexample.</param>
    /// <param name="property">The property to look at.</param>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    public TaskCounterexample Replay(RunChoices choices, TaskProperty property)
    {
        ArgumentNullException.ThrowIfNull(property);
        try
        {
            return TaskRecorder.Record(new TaskSetup(WithoutReductions(), [property]), TaskChoiceText.Read(choices.Text), property);
        }
        catch (FormatException wrong)
        {
            throw new ArgumentException(wrong.Message, nameof(choices), wrong);
        }
    }

    internal TaskScenario WithEvents(int most) => this with { MostEvents = most };
}
