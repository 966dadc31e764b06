using EntryGen.Kernel;
using PtiStacks;

namespace EntryGen.Tests.Kernel;

/// <summary>Several CPUs, tasks and processes in one environment.</summary>
public class ProcessorsAndTasksTests
{
    private static readonly KernelOptions _options = new() { Processors = 2, Tasks = [0, 1, 1], PtiStacks = true, EntersOnPtiStack = true };
    private static readonly KernelEnvironment _environment = KernelEnvironment.Create(DesignB.EntryUnit, _options);

    [Fact]
    public void Stacks_do_not_overlap_and_say_whose_they_are()
    {
        var stacks = _environment.Stacks.Stacks.OrderBy(stack => stack.Bottom.Value).ToList();
        Assert.All(stacks.Zip(stacks.Skip(1)), pair => Assert.True(pair.First.Top.Value <= pair.Second.Bottom.Value));
        Assert.Equal([0, 1, 2], stacks.Where(stack => stack.Kind == StackKind.Thread).Select(stack => stack.Owner));
        Assert.Equal([0, 1, 2], stacks.Where(stack => stack.Kind == StackKind.Pti).Select(stack => stack.Owner));
        Assert.Equal([0, 1], stacks.Where(stack => stack.Kind == StackKind.Entry).Select(stack => stack.Owner));
        Assert.Equal("PTI", _environment.Stacks.At(_environment.LayoutOf(1, 2).PtiStack)!.Name);
    }

    [Fact]
    public void A_value_of_CR3_says_which_CPU_process_and_half_it_belongs_to()
    {
        var values = from cpu in new[] { 0, 1 } from task in new[] { 0, 1 } from half in new[] { Side.Kernel, Side.User } select _environment.Cr3Of(cpu, task, half);
        Assert.Equal(8, values.Distinct().Count());
        Assert.Equal(_environment.Cr3Of(1, 1, Side.User), _environment.Cr3Of(1, 2, Side.User));
    }

    [Fact]
    public void A_process_maps_the_PTI_stacks_of_its_own_tasks()
    {
        Assert.Equal([0], Visible(0));
        Assert.Equal([1, 2], Visible(1));
        Assert.Equal([1, 2], Visible(2));

        static IEnumerable<int> Visible(int task)
        {
            var pages = UserMappings.Of(_environment, task).Select(page => page.Address).ToHashSet();
            return Enumerable.Range(0, 3).Where(other => pages.Contains(_environment.LayoutOf(0, other).PtiStack));
        }
    }

    [Fact]
    public void Each_CPU_has_per_CPU_variables_and_a_TSS_of_its_own()
    {
        for (var cpu = 0; cpu < 2; cpu++)
        {
            var layout = _environment.LayoutOf(cpu, cpu);
            var top = _environment.Machine.Peek<ulong>(layout.PerCpuBase + (long)DesignB.EntryUnit.Externals["cpu_current_top_of_stack"].Address);
            var rsp0 = _environment.Machine.Peek<ulong>(layout.PerCpuBase + ((long)DesignB.EntryUnit.Externals["cpu_tss_rw"].Address + 4));
            Assert.Equal((layout.ThreadStack + KernelLayout.ThreadStackSize).Value, top);
            Assert.Equal((layout.PtiStack + KernelLayout.PtiStackSize).Value, rsp0);
        }
    }

    [Fact]
    public void What_is_named_is_mapped_in_the_user_half_too()
    {
        var text = DesignB.EntryUnit.Sections.Single(section => section.Name == ".noinstr.text");
        Assert.False(IsVisible(_environment));
        Assert.True(IsVisible(KernelEnvironment.Create(DesignB.EntryUnit, _options with { AlsoInUserHalf = [".noinstr.text"] })));

        bool IsVisible(KernelEnvironment environment) => UserMappings.Of(environment, 0).Any(page => page.Address.Value == text.Address && page.IsExecutable);
    }

    [Fact]
    public void Options_that_do_not_go_together_are_refused()
    {
        Assert.Contains("0 to 5", Refused(new KernelOptions { Asid = 6 }), StringComparison.Ordinal);
        Assert.Contains("processor", Refused(new KernelOptions { Processors = 0 }), StringComparison.Ordinal);
        Assert.Contains("task", Refused(new KernelOptions { Tasks = [] }), StringComparison.Ordinal);
        Assert.Contains("gap", Refused(new KernelOptions { Tasks = [0, 2] }), StringComparison.Ordinal);
        Assert.Contains("ASIDs", Refused(new KernelOptions { Processors = 4, Tasks = [0, 1] }), StringComparison.Ordinal);
        Assert.Contains("PTI stacks", Refused(new KernelOptions { EntersOnPtiStack = true }), StringComparison.Ordinal);

        static string Refused(KernelOptions options) => Assert.Throws<ArgumentException>(() => KernelEnvironment.Create(DesignA.EntryUnit, options)).Message;
    }
}
