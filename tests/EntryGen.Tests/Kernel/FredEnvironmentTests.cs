using EntryGen.Asm.Units;
using EntryGen.Emulation;
using EntryGen.Kernel;
using EntryGen.Tests.Emission;
using EntryGen.Tracing;

namespace EntryGen.Tests.Kernel;

/// <summary>Entry points of one's own under FRED: delivered to, traced, and refused where no event would lead to them.</summary>
public class FredEnvironmentTests
{
    private static readonly KernelOptions _fred = new() { Features = new FeatureSet("FRED") };

    private static readonly Lazy<EmulatedUnit> _unit = new(() => EmulatedUnit.OfEntries(
        new EntryDeclaration("from_user", "Fred", "push %rax\n call handler\n pop %rax\n eretu\n.org from_user + 256, 0xcc"),
        new EntryDeclaration("from_kernel", "Fred", "push %rax\n call handler\n pop %rax\n erets"),
        new EntryDeclaration("elsewhere", "Fred", "eretu")));

    [Theory]
    [InlineData("from_user", null, 5)]
    [InlineData("from_user", Vectors.PageFault, 5)]
    [InlineData("from_user", Vectors.Nmi, 5)]
    [InlineData("from_kernel", null, 5)]
    [InlineData("from_kernel", Vectors.Nmi, 5)]
    public void An_event_is_delivered_and_returned_from(string entry, byte? vector, int steps)
    {
        var environment = KernelEnvironment.Create(_unit.Value.Unit, _fred with { Functions = new Dictionary<string, CFunction> { ["handler"] = (ref Cpu cpu) => { } } });
        var trace = TraceRecorder.Record(environment, entry, (entry == "from_user" ? StartState.User : StartState.Kernel) with { Vector = vector });
        Assert.True(trace.Returned, trace.Summary.Stop);
        Assert.Empty(trace.Differences);
        Assert.Equal(steps + 1, trace.Steps.Count);
    }

    [Fact]
    public void An_entry_point_must_stand_where_events_are_delivered_to()
    {
        var environment = KernelEnvironment.Create(_unit.Value.Unit, _fred);
        var wrong = Assert.Throws<ArgumentException>(() => environment.Start("elsewhere"));
        Assert.Contains(".align 4096", wrong.Message, StringComparison.Ordinal);
        wrong = Assert.Throws<ArgumentException>(() => environment.Start("from_user", StartState.Kernel));
        Assert.Contains(".org", wrong.Message, StringComparison.Ordinal);
        wrong = Assert.Throws<ArgumentException>(() => KernelEnvironment.Create(_unit.Value.Unit).Start("from_user"));
        Assert.Contains("add FRED to the features", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_FRED_entry_points_take_any_vector()
    {
        Assert.NotNull(KnownEntries.Find("asm_exc_nmi")!.ReasonAgainst(StartState.User with { Vector = 3 }));
        Assert.NotNull(KnownEntries.Find("asm_fred_entrypoint_user")!.ReasonAgainst(StartState.Kernel));
        Assert.NotNull(KnownEntries.Find("asm_fred_entrypoint_kernel")!.ReasonAgainst(StartState.User));
        Assert.NotNull(KnownEntries.Find("asm_fred_entrypoint_kernel")!.ReasonAgainst(StartState.Kernel with { Gs = Side.User }));
        Assert.Null(KnownEntries.Find("asm_fred_entrypoint_kernel")!.ReasonAgainst(StartState.Kernel with { Vector = 2 }));
    }

    [Fact]
    public void With_FRED_there_is_one_page_table()
    {
        var options = new KernelOptions { Features = KernelOptions.DefaultFeatures.With("FRED") };
        Assert.False(options.Pti);
        var environment = KernelEnvironment.Create(_unit.Value.Unit, options);
        Assert.Equal(environment.KernelCr3, environment.UserCr3);
        Assert.False(environment.Machine.Features.Contains("PTI"));
    }
}
