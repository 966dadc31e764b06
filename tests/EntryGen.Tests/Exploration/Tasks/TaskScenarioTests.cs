using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Tasks;
using EntryGen.Kernel;
using EntryGen.Testing;
using PtiStacks;

namespace EntryGen.Tests.Exploration.Tasks;

/// <summary>Exploring tasks that sleep and move, on the designs of an example.</summary>
public class TaskScenarioTests
{
    public static TheoryData<string> Ids => [.. Design.All.Select(design => design.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_reduction_changes_no_verdict(string id)
    {
        var scenario = Small(Find(id)).Ask(TaskProperties.All.Concat(TaskProperties.Confidentiality));
        Assert.Equal(Verdicts(scenario.WithoutReductions().Explore()), Verdicts(scenario.Explore()));
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_text()
    {
        var scenario = Question.SleepAndMove(Design.B1);
        var one = scenario.Within(new ExplorationBounds { Threads = 1 }).Explore().ToString();
        Assert.Equal(one, scenario.Within(new ExplorationBounds { Threads = 4 }).Explore().ToString());
        Assert.Contains("is woken here", one, StringComparison.Ordinal);
    }

    [Fact]
    public void Tasks_do_sleep_and_move()
    {
        var moved = new TaskProperty("moved", "no task returns on another CPU than its own", TaskMoments.Return, state => state.Cpu == state.Task);
        var shown = Question.SleepAndMove(Design.A).Ask(moved).Explore().ShouldViolate("moved");
        Assert.EndsWith("iretq", shown.Steps[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_PCIDs_the_CPUs_do_not_share_translations()
    {
        var options = Design.A.Options with { Features = KernelOptions.DefaultFeatures.Without("PCID") };
        Question.SleepAndMove(Design.A).In(options).Explore().ShouldHold();
    }

    [Fact]
    public void Without_isolation_there_is_one_half()
    {
        var options = Design.A.Options with { Features = KernelOptions.DefaultFeatures.Without("PTI") };
        Question.SleepAndMove(Design.A).In(options).Explore().ShouldHold();
    }

    [Fact]
    public void What_cannot_be_asked_is_said()
    {
        Assert.Contains("'nothing'", Assert.Throws<ArgumentException>(() => Small(Design.A).Entering("nothing").Explore()).Message, StringComparison.Ordinal);
        Assert.Contains("neither", Assert.Throws<ArgumentException>(() => Small(Design.A).Entering(Design.Nmi).Explore()).Message, StringComparison.Ordinal);
        Assert.Contains("'nothing'", Assert.Throws<ArgumentException>(() => Small(Design.A).MaySleepIn("nothing").Explore()).Message, StringComparison.Ordinal);
        Assert.Contains("as many CPUs", Assert.Throws<ArgumentException>(() => Small(Design.A).In(new KernelOptions { Tasks = [0, 1] }).Explore()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Question.SleepAndMove(Design.A).Explore()["nothing"]);
    }

    [Fact]
    public void The_page_about_tasks_has_every_property()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "tasks.md"));
        Assert.All(TaskProperties.All.Concat(TaskProperties.Confidentiality), property => Assert.Contains($"| `{property.Id}` | {property.Words} |", page, StringComparison.Ordinal));
    }

    private static TaskScenario Small(Design design) =>
        TaskScenario.Of(design.Unit).In(design.Options).Entering(Design.Interrupt).MaySleepIn("sysvec_apic_timer_interrupt").Often(entries: 1, sleeps: 1);

    private static Design Find(string id) => Design.All.Single(design => design.Id == id);

    private static string Verdicts(TaskResult result) => string.Join('\n', result.Properties.Select(property => $"{property.Property.Id} {property.Verdict}"));
}
