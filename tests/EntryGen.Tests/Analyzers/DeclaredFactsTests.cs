using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Analyzers;

/// <summary>What a class declares of its surroundings is what the rules go by.</summary>
public sealed class DeclaredFactsTests
{
    /// <summary>Saves RSP on the user half and takes a stack there, before it switches.</summary>
    private const string Source = """"
        using EntryGen;

        [EntryCode(UserMapsThreadStack = @STACK@)]
        static partial class Unit
        {
            [PerCpu(UserMapped = @VARIABLE@)]
            public static partial PerCpu<ulong> kept_rsp { get; }

            [PerCpu(UserMapped = true)]
            public static partial PerCpu<ulong> cpu_current_top_of_stack { get; }

            [Entry("""
                    swapgs
                    movq    %rsp, PER_CPU_VAR(kept_rsp)
                    movq    PER_CPU_VAR(cpu_current_top_of_stack), %rsp
                    pushq   %rax
                    popq    %rax
                    ALTERNATIVE "", "nop", X86_FEATURE_PTI
                    jmp     leave_user
                """, Kind = EntryKind.Syscall)]
            public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

            [Entry("""
                    movq    PER_CPU_VAR(kept_rsp), %rsp
                    swapgs
                    sysretq
                """)]
            public static partial Stop leave_user(ref Cpu cpu);
        }
        """";

    [Theory]
    [InlineData("true", "true")]
    [InlineData("false", "true", "(13) 'kept_rsp'", "(23) 'kept_rsp'")]
    [InlineData("true", "false", "(15) The task's stack", "(16) The task's stack")]
    public async Task What_the_user_half_maps_is_declared(string variable, string stack, params string[] unmapped)
    {

        var source = Source.Replace("@VARIABLE@", variable, StringComparison.Ordinal).Replace("@STACK@", stack, StringComparison.Ordinal);
        var found = await TestProject.Of(source).AnalyzeAsync();
        Assert.Equal(
            unmapped,
            found.Where(finding => finding.Id == "EG2007").Select(finding => $"({finding.Location.GetLineSpan().StartLinePosition.Line}) {finding.GetMessage().Split(" is not mapped")[0]}").Order());
    }

    /// <summary>Behind an entry that jumps to it, RSP and GS are what they are there; as a function of its own, it would return with the wrong ones.</summary>
    [Fact]
    public async Task A_function_that_an_entry_reaches_is_looked_at_there()
    {
        var source = Source.Replace("@VARIABLE@", "true", StringComparison.Ordinal).Replace("@STACK@", "true", StringComparison.Ordinal);
        Assert.DoesNotContain(await TestProject.Of(source).AnalyzeAsync(), finding => finding.GetMessage().Contains("leave_user", StringComparison.Ordinal));
        var alone = source.Replace("jmp     leave_user", "ud2", StringComparison.Ordinal);
        Assert.Contains(await TestProject.Of(alone).AnalyzeAsync(), finding => finding.GetMessage().Contains("leave_user", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Vector = 14", "addq $8, %rsp", true)]
    [InlineData("Vector = 18", "addq $8, %rsp", false)]
    [InlineData("Vector = 18", "", true)]
    public async Task A_vector_says_what_lies_on_the_stack(string vector, string pop, bool isRight)
    {
        var found = await TestProject.Of($$"""
            using EntryGen;

            [EntryCode]
            static partial class Unit
            {
                [Entry("{{pop}}\n iretq", Kind = EntryKind.Interrupt, {{vector}})]
                public static partial Stop trap(ref Cpu cpu);
            }
            """).AnalyzeAsync();
        Assert.Equal(isRight, found.Length == 0);
    }

    [Theory]
    [InlineData("andq $~(1 << 12), %rax", false)]
    [InlineData("btrq $12, %rax; btsq $63, %rax", true)]
    [InlineData("andq $~(1 << 12), %rax; btcq $3, %rbx; orq $0x800, %rcx", true)]
    public async Task Code_that_never_names_a_PCID_runs_without(string adjust, bool isTagged)
    {
        var source = $$""""
            using EntryGen;

            [EntryCode]
            static partial class Unit
            {
                [Entry("""
                        pushq   %rax
                        movq    %cr3, %rax
                        {{adjust}}
                        movq    %rax, %cr3
                        ud2
                    """, Kind = EntryKind.Interrupt)]
                public static partial Stop tick(ref Cpu cpu);
            }
            """";
        Assert.Equal(isTagged, (await TestProject.Of(source).AnalyzeAsync()).Any(finding => finding.Id == "EG2012"));
    }
}
