using EntryGen;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace RestoreCr3;

/// <summary>One way to put CR3 back.</summary>
/// <param name="Id">The letter by which the discussion knows it.</param>
/// <param name="Name">What it does.</param>
/// <param name="Unit">The entry with it.</param>
public sealed record Variant(string Id, string Name, EntryUnit Unit);

/// <summary>What the NMI hits.</summary>
/// <param name="Name">In words.</param>
/// <param name="Start">Who runs, with whose CR3 and GS.</param>
/// <param name="FlushPending">The user half's TLB entries are out of date.</param>
public sealed record Scenario(string Name, StartState Start, bool FlushPending = false);

/// <summary>Every variant in every scenario.</summary>
public static class Experiment
{
    private const string Entry = "asm_exc_nmi";

    /// <summary>The variants that were proposed or used. F' came first of all, W held until Linux 6.8, and S has been there since.</summary>
    public static IReadOnlyList<Variant> Variants { get; } =
    [
        new("W", "write, keep the TLB", WriteNoFlush.EntryUnit),
        new("S", "skip when the kernel's", SkipKernel.EntryUnit),
        new("F", "skip, else flush", FlushUser.EntryUnit),
        new("F'", "write and flush", FlushEverything.EntryUnit),
        new("C", "compare, write what differs", CompareFirst.EntryUnit),
    ];

    /// <summary>The scenarios. In the last two the NMI hits between the kernel's first instruction and its switch of CR3.</summary>
    public static IReadOnlyList<Scenario> Scenarios { get; } =
    [
        new("user mode", StartState.User),
        new("kernel", StartState.Kernel),
        new("kernel, user CR3 live", StartState.Kernel with { Cr3 = Side.User, Gs = Side.User }),
        new("the same, flush pending", StartState.Kernel with { Cr3 = Side.User, Gs = Side.User }, FlushPending: true),
    ];

    /// <summary>Runs all.</summary>
    public static IReadOnlyDictionary<(Variant Variant, Scenario Scenario), Trace> RunAll() =>
        Variants.SelectMany(variant => Scenarios.Select(scenario => (variant, scenario))).ToDictionary(pair => pair, pair => Run(pair.variant, pair.scenario));

    private static Trace Run(Variant variant, Scenario scenario)
    {
        var environment = KernelEnvironment.Create(variant.Unit);
        if (scenario.FlushPending)
        {
            // The mask is indexed by the kernel's PCID, the low bits of CR3.
            var pcid = (int)environment.KernelCr3 & 0x7ff;
            Cr3Macros.user_pcid_flush_mask.Set(environment.Machine, (ushort)(1 << pcid));
        }

        return TraceRecorder.Record(environment, Entry, scenario.Start);
    }
}
