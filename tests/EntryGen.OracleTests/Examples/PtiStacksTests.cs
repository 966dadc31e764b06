using EntryGen.Exploration;
using EntryGen.Exploration.Tasks;
using PtiStacks;

namespace EntryGen.OracleTests.Examples;

/// <summary>What the example's tables say, but for those questions whose events make its program take longer.</summary>
public class PtiStacksTests
{
    [Theory]
    [InlineData("A", "23 + 3 / 4 / 2", "22 + 7 / 3 / 2", "23 + 28 / 2 / 2", "22 + 0 / 0 / 0", "22 + 13 / 2 / 2", "23 + 0 / 0 / 0", "23 + 0 / 0 / 2")]
    [InlineData("B", "29 + 0 / 4 / 2", "28 + 0 / 3 / 2", "28 + 0 / 2 / 2", "27 + 0 / 0 / 0", "28 + 6 / 3 / 2", "28 + 0 / 0 / 0", "28 + 0 / 0 / 2")]
    [InlineData("B1", "29 + 0 / 4 / 2", "28 + 0 / 3 / 2", "28 + 0 / 2 / 2", "27 + 0 / 0 / 0", "28 + 6 / 3 / 2", "28 + 0 / 0 / 0", "28 + 0 / 0 / 2")]
    [InlineData("C", "33 + 42 / 4 / 2", "32 + 42 / 3 / 2", "32 + 42 / 2 / 2", "22 + 0 / 0 / 0", "32 + 48 / 3 / 2", "28 + 0 / 0 / 0", "28 + 0 / 0 / 2")]
    [InlineData("D", "27 + 3 / 6 / 4", "26 + 7 / 5 / 4", "23 + 28 / 2 / 2", "22 + 0 / 0 / 0", "22 + 13 / 2 / 2", "23 + 0 / 0 / 0", "23 + 0 / 0 / 2")]
    public void Words_built_and_copied_RSP_reloads_and_CR3_writes(string id, params string[] paths) =>
        Assert.Equal(paths, KernelPath.All.Select(path => Costs.Of(Find(id), path)).Select(costs => $"{costs.Built} + {costs.Copied} / {costs.RspReloads} / {costs.Cr3Writes}"));

    [Theory]
    [InlineData("A", 23, 15, 0, 16)]
    [InlineData("B", 27, 16, 2, 24)]
    [InlineData("B1", 25, 16, 0, 16)]
    [InlineData("C", 26, 16, 0, 16)]
    [InlineData("D", 25, 15, 2, 24)]
    public void Pages_in_the_user_half_and_memory(string id, int first, int cpu, int thread, int kibibytes)
    {
        Assert.Equal((first, cpu, thread), Mappings.Pages(Find(id)));
        Assert.Equal(kibibytes * 1024, Mappings.BytesOfThread(Find(id)));
    }

    [Theory]
    [InlineData("A", "")]
    [InlineData("B", "")]
    [InlineData("B1", "left-behind own-memory return registers")]
    [InlineData("C", "")]
    [InlineData("D", "")]
    public void Only_the_C_code_on_the_per_CPU_stack_does_not_sleep_and_move(string id, string broken) =>
        Assert.Equal(broken, Broken(Question.SleepAndMove(Find(id))));

    [Theory]
    [InlineData("one canary for all code", "")]
    [InlineData("the half told from CR3", "")]
    [InlineData("schedule() called on the user half", "cr3 c-cr3 no-fault")]
    [InlineData("schedule() between switches, CR3 restored", "cr3 own-cr3")]
    [InlineData("schedule() between switches, CR3 made anew", "")]
    [InlineData("the half told from CR3, and GS looked at", "")]
    [InlineData("the entry stack, left before an exit sleeps", "")]
    [InlineData("the entry stack, on which an exit sleeps", "left-behind own-memory sleep no-stray")]
    public void Variants_that_sleep_elsewhere(string name, string broken) =>
        Assert.Equal(broken, Broken(Question.SleepAndMove(Design.Variants.First(design => design.Name == name))));

    [Fact]
    public void On_a_per_CPU_stack_a_task_returns_with_the_registers_of_another()
    {
        var shown = Question.SleepAndMove(Design.B1).Explore().ShouldViolate("registers");
        Assert.Matches("RDX is 0x5e5[01]12121212, was 0x5e5[01]12121212", shown.Detail);
        Assert.Contains(shown.Steps, step => step.Text.EndsWith("is woken here", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("A", true)]
    [InlineData("B", false)]
    [InlineData("C", true)]
    public void Only_stacks_of_tasks_keep_registers_of_other_processes_to_themselves(string id, bool isBroken) => Assert.Equal(
        isBroken, Question.SleepAndMove(Find(id)).Ask(TaskProperties.NoRegistersOfOthers).Explore().Verdict == Verdict.Violated);

    [Fact]
    public void Even_those_leave_the_stack_pointer_in_the_TSS()
    {
        var shown = Question.SleepAndMove(Design.B).Ask(TaskProperties.NoStackPointersOfOthers).Explore().ShouldViolate("residue-rsp");
        Assert.Contains("per-CPU variables", shown.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("B", true)]
    [InlineData("B1", false)]
    public void Stacks_of_threads_that_have_ended_must_be_unmapped(string id, bool isBroken)
    {
        var (kept, unmapped) = (Verdict("P4.4f"), Verdict("P4.4g"));
        Assert.Equal(isBroken ? EntryGen.Exploration.Verdict.Violated : EntryGen.Exploration.Verdict.HoldsWithinBounds, kept);
        Assert.Equal(EntryGen.Exploration.Verdict.HoldsWithinBounds, unmapped);

        Verdict Verdict(string question)
        {
            var asked = Question.All.Single(each => each.Id == question);
            return asked.Setting(Find(id)).Ask(asked.Parts).Explore().Verdict;
        }
    }

    [Theory]
    [InlineData("A", 11, 11, 70, 1)]
    [InlineData("B", 78, 78, 24, 0)]
    [InlineData("C", 73, 73, 73, 0)]
    public void Where_an_interrupt_would_go_wrong_in_a_system_call(string id, int onUserHalf, int broken, int onKernelHalf, int brokenOnKernelHalf) =>
        Assert.Equal(new Points(onUserHalf, broken, onKernelHalf, brokenOnKernelHalf), Points.Of(Find(id), Design.SystemCall));

    [Fact]
    public void Where_interrupts_look_at_CR3_and_GS_only_the_users_RSP_is_in_their_way()
    {
        Assert.Equal(35, Points.Of(Design.BByCr3, Design.Interrupt).Broken);
        Assert.Equal(0, Points.Of(Design.BByState, Design.Interrupt).Broken);
        Assert.Equal(new Points(79, 5, 24, 0), Points.Of(Design.BByState, Design.SystemCall));
    }

    private static Design Find(string id) => Design.All.Single(design => design.Id == id);

    private static string Broken(TaskScenario scenario) =>
        string.Join(' ', scenario.Explore().Properties.Where(property => property.Verdict == Verdict.Violated).Select(property => property.Property.Id));
}
