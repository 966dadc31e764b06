using System.Reflection;
using EntryGen.Exploration.Scenarios;
using EntryGen.Kernel;
using EntryGen.Testing;
using EntryGen.Tests.Kernel;

namespace EntryGen.Tests.Exploration.Scenarios;

/// <summary>Named properties: each has its constant and its line in the docs, and those made of others say which is broken.</summary>
public sealed class PropertyTests
{
    [Fact]
    public void Every_id_is_a_constant_and_every_constant_an_id()
    {
        var constants = typeof(PropertyIds).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(EntryProperties.Named.Select(property => property.Id).Order(StringComparer.Ordinal), constants.Order(StringComparer.Ordinal));
        Assert.All(EntryProperties.Named, property => Assert.Same(property, EntryProperties.Find(property.Id)));
    }

    [Fact]
    public void The_docs_have_every_property_in_its_words()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "exploration.md"));
        Assert.All(EntryProperties.All, property => Assert.Contains($"| `{property.Id}` | {property.Words} |", page, StringComparison.Ordinal));
        Assert.All(SwitchProperties.All, property => Assert.Contains($"| `{property.Id}` | ", page, StringComparison.Ordinal));
    }

    [Fact]
    public void A_push_to_the_stack_of_user_code_is_found_also_where_it_does_not_fault()
    {
        var unit = new HandWrittenUnit().KernelVariables().Label("entry_SYSCALL_64", EntryKind.Syscall).Push(EntryGen.Emulation.Reg.Rax).Build();
        var result = EntryScenario.Of(unit, "entry_SYSCALL_64").With(new FeatureSet("SYSCALL32")).Ask(SwitchProperties.StacksUsable, EntryProperties.NoFault).Explore();
        Assert.Equal("kernel code pushes only to stacks of the kernel (push)", result.ShouldViolate("P2.2").Detail);
        Assert.Null(result.Properties[1].Counterexample);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_uses_GS_must_have_the_kernels_base(bool swaps)
    {
        var unit = new HandWrittenUnit().KernelVariables().Label("asm_exc_nmi", EntryKind.Nmi)
            .Add("swapgs", (ref Cpu cpu) => !swaps || cpu.SwapGs())
            .Add("testb $0,%gs:0", (ref Cpu _) => true)
            .Add("swapgs", (ref Cpu cpu) => !swaps || cpu.SwapGs())
            .Iretq()
            .Build();
        var result = EntryScenario.Of(unit, "asm_exc_nmi").From(StartState.User).Ask(SwitchProperties.PerCpuWithKernelGs).Explore();
        Assert.Equal(swaps ? null : "an instruction of kernel code that uses GS has the kernel's base (gs-access)", result.Properties[0].Counterexample?.Detail);
    }
}
