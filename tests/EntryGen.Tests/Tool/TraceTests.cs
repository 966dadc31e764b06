using System.Text.Json;

namespace EntryGen.Tests.Tool;

/// <summary><c>entrygen trace</c> on small entries.</summary>
public sealed class TraceTests : IDisposable
{
    private const string Entries = """
        .macro SWITCH scratch:req
        	movq	%cr3, \scratch
        	andq	$~0x1800, \scratch
        	movq	\scratch, %cr3
        .endm

        .section .entry.text, "ax"
        .globl asm_exc_nmi
        asm_exc_nmi:
        	pushq	%rax
        	SWITCH	%rax
        	orq	$0x1800, %rax
        	movq	%rax, %cr3
        	popq	%rax
        	iretq

        .globl asm_exc_breakpoint
        asm_exc_breakpoint:
        	call	exc_unknown
        	addq	%rcx, %rax
        	iretq

        .globl forever
        forever:
        	jmp	forever

        """;

    private readonly ToolWorkspace _workspace = new ToolWorkspace().With("nmi.S", Entries);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Text_shows_each_instruction_with_its_lanes_and_the_counts_last()
    {
        var lines = _workspace.Run("trace", "asm_exc_nmi", "nmi.S").Succeeded().Output.Split('\n');
        Assert.Equal("asm_exc_nmi: NMI in user code; features FENCE_SWAPGS_KERNEL,FSGSBASE,INVPCID,PCID,PTI,SMAP,SMEP,SYSCALL32,SYSENTER32", lines[0]);
        Assert.Equal("   4  U 2049          user    NMI+48       0   0   nmi.S:11              andq $~0x1800,%rax                          SWITCH", lines.Single(line => line.Contains("andq", StringComparison.Ordinal)));
        Assert.Equal("   5  K 1* flush      user    NMI+48       0   0   nmi.S:11              movq %rax,%cr3                              SWITCH", lines.First(line => line.Contains("movq %rax,%cr3", StringComparison.Ordinal)));
        Assert.Equal(
            ["instructions     8", "CR3 writes       2", "TLB flushes      2", "memory accesses  7", "copied words     0", "stop             returned to user mode", ""],
            lines[^7..]);
    }

    [Fact]
    public void Json_has_one_object_a_step_and_the_summary_last()
    {
        var objects = _workspace.Run("trace", "asm_exc_nmi", "nmi.S", "--from", "kernel", "--cr3", "user", "--format", "json").Succeeded().Json;
        Assert.Equal(
            """{"summary":{"instructions":8,"cr3Writes":2,"tlbFlushes":2,"memoryAccesses":7,"copiedWords":0,"stop":"returned to kernel mode"}}""",
            objects[^1].GetRawText());
        var write = objects.First(step => step.TryGetProperty("cr3Write", out _));
        Assert.Equal(
            ["step", "kind", "text", "location", "file", "line", "stack", "memoryAccesses", "copiedWords", "cr3", "pcid", "gs", "stackObject", "stackDepth", "if", "cpl", "changed", "cr3Write"],
            write.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("nmi.S", 11, "kernel", 1, "kernel", "NMI"), (Text(write, "file"), write.GetProperty("line").GetInt32(), Text(write, "cr3"), write.GetProperty("pcid").GetInt32(), Text(write, "gs"), Text(write, "stackObject")));
        Assert.Equal("""["SWITCH@nmi.S:11"]["cr3"]""", write.GetProperty("stack").GetRawText() + write.GetProperty("changed").GetRawText());
    }

    [Fact]
    public void Features_are_the_complete_set()
    {
        var objects = _workspace.Run("trace", "asm_exc_nmi", "nmi.S", "--from", "kernel", "--features", "", "--format", "json").Json;
        Assert.Equal(JsonValueKind.Null, objects[0].GetProperty("pcid").ValueKind);
    }

    [Theory]
    [InlineData("asm_exc_breakpoint", "uses RAX")]
    [InlineData("forever", "budget")]
    public void An_entry_that_does_not_return_is_a_finding(string symbol, string stop)
    {
        var run = _workspace.Run("trace", symbol, "nmi.S", "--from", "kernel", "--format", "json");
        Assert.Equal(("", 1), (run.Error, run.ExitCode));
        Assert.Contains(stop, Text(run.Json[^1].GetProperty("summary"), "stop"), StringComparison.Ordinal);
    }

    [Fact]
    public void Symbol_that_is_not_there() =>
        _workspace.Run("trace", "asm_exc_nmu", "nmi.S").RefusedWith("nmi.S:1:1: no symbol 'asm_exc_nmu' is defined here; did you mean 'asm_exc_nmi'?");

    [Fact]
    public void Feature_that_does_not_exist() =>
        _workspace.Run("trace", "asm_exc_nmi", "nmi.S", "--features", "PTI,PCIDD").RefusedWith("--features: no CPU feature is called 'PCIDD'. Did you mean 'PCID'?");

    [Fact]
    public void Feature_with_the_kernels_prefix() =>
        _workspace.Run("trace", "asm_exc_nmi", "nmi.S", "--features", "X86_FEATURE_PTI").RefusedWith("--features: no CPU feature is called 'X86_FEATURE_PTI'. Names are given without X86_FEATURE_.");

    [Theory]
    [InlineData("--cr3")]
    [InlineData("--gs")]
    public void User_code_with_what_is_the_kernels(string option) =>
        _workspace.Run("trace", "asm_exc_nmi", "nmi.S", option, "kernel").RefusedWith("User code runs with the user's CR3 and GS base. Give --from kernel.");

    [Fact]
    public void A_function_is_called_by_the_kernel()
    {
        using var workspace = new ToolWorkspace().With("function.S", "add_one:\n\tleaq 1(%rdi), %rax\n\tret\n");
        Assert.EndsWith("returned to kernel mode\n", workspace.Run("trace", "add_one", "function.S").Succeeded().Output, StringComparison.Ordinal);
        workspace.Run("trace", "add_one", "function.S", "--from", "user").RefusedWith("'add_one' is no entry from user code: kernel code calls it. Give --from kernel.");
    }

    [Fact]
    public void Side_that_does_not_exist() =>
        _workspace.Run("trace", "asm_exc_nmi", "nmi.S", "--from", "guest").RefusedWith("'guest' is neither user nor kernel (--from). See 'entrygen trace --help'.");

    [Fact]
    public void No_file() => _workspace.Run("trace", "asm_exc_nmi").RefusedWith("Give an assembly file, or a kernel source tree by --tree.");

    [Fact]
    public void Help_lists_features_and_the_default()
    {
        var help = _workspace.Run("trace", "--help").Succeeded().Output;
        Assert.All(["--from", "--cr3", "--gs", "--features", "FENCE_SWAPGS_USER", "default: FENCE_SWAPGS_KERNEL,FSGSBASE"], text => Assert.Contains(text, help, StringComparison.Ordinal));
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
