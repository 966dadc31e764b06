using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Snapshots;

/// <summary>What is generated, for people to read: a change here is a change of what users see.</summary>
public sealed class GeneratedCodeTests
{
    [Fact]
    public Task StraightCode() => VerifyAsync(TestProject.Of(
        """"
        using EntryGen;

        namespace Kernel;

        [EntryCode]
        public static partial class Handshake
        {
            const int BUSY = 0x80;

            [Macro("reg:req times=1")]
            const string SET_BUSY = """
                    orq     $(BUSY << \times), \reg
                """;

            [Entry("""
                    SET_BUSY %rdi times=2
                    leaq    1(%rdi), %rax
                    ret
                """)]
            public static partial Stop acquire(ref Cpu cpu);
        }
        """"));

    [Fact]
    public Task FeatureBranchPerCpuAndCFunction() => VerifyAsync(TestProject.Of(
        """"
        using EntryGen;

        [EntryCode]
        static partial class Outer
        {
            [PerCpu(Offset = 0x40, UserMapped = true)]
            internal static partial PerCpu<ulong> depth { get; }

            [Entry("""
                    incq    %gs:depth
                    testb   $3, 8(%rsp)
                    jz      .Lfrom_kernel
                    swapgs
                .Lfrom_kernel:
                    call    handle
                    iretq
                """, Kind = EntryKind.Interrupt)]
            internal static partial Stop interrupt(ref Cpu cpu);

            [CFunction]
            static void handle(ref Cpu cpu) => cpu.Rax = 0;
        }
        """"));

    [Fact]
    public Task UnknownInstruction() => VerifyAsync(TestProject.Of(
        "using EntryGen;\n[EntryCode]\nstatic partial class Unit\n{\n    [Entry(\"frobnicate %rax\\n ret\")]\n    public static partial Stop start(ref Cpu cpu);\n}\n"));

    [Fact]
    public Task WrongAssembly() => VerifyAsync(TestProject.Of(
        "using EntryGen;\n[EntryCode]\nstatic partial class Unit\n{\n    [PerCpu]\n    public static partial PerCpu<int> depth { get; }\n\n    [Entry(\".if 1\")]\n    public static partial Stop start(ref Cpu cpu);\n}\n"));

    [Fact]
    public Task SourceFile() => VerifyAsync(
        TestProject.Of("using EntryGen;\n[EntryCode(Source = \"entry.S\", Entries = [\"start\"])]\npublic static partial class FromFile;\n")
            .WithFile("/project/asm/entry.S", "#include \"calling.h\"\n.globl start\nstart:\n\tCLEAR %eax\n\tret\n")
            .WithFile("/project/asm/calling.h", ".macro CLEAR reg:req\n\txorl \\reg, \\reg\n.endm\n"));

    [Fact]
    public Task Scenarios() => VerifyAsync(TestProject.Of(
        """
        using EntryGen;
        using EntryGen.Exploration.Scenarios;
        using EntryGen.Exploration.Scenarios.Handlers;

        namespace Kernel;

        [EntryCode]
        public static partial class Small
        {
            [Entry("iretq", Kind = EntryKind.Nmi)]
            public static partial Stop asm_exc_nmi(ref Cpu cpu);
        }

        [Scenario("asm_exc_nmi", Unit = typeof(Small))]
        [Scenario("asm_exc_nmi", Unit = typeof(Small), From = ScenarioStarts.Kernel | ScenarioStarts.KernelOnUserCr3, Features = ["PTI", "PCID"],
            Inject = InjectedEvents.Nmi | InjectedEvents.Debug, Most = 2, MayDo = [nameof(HandlerEffect.LazyMm)], Ask = ["P1.1"])]
        public static partial class Questions
        {
            [ScenarioProperty("the entry returns at once", Moments.Return)]
            private static bool Once(EntryState state) => state.Level == 1;
        }
        """));

    private static Task VerifyAsync(TestProject project, [System.Runtime.CompilerServices.CallerMemberName] string test = "")
    {
        var output = project.Generate();
        Assert.Empty(output.Problems);
        return Snapshot.VerifyAsync(output.Driver, test: test);
    }
}
