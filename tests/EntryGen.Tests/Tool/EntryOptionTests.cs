using EntryGen.Asm.Flow.States;
using EntryGen.Emulation;

namespace EntryGen.Tests.Tool;

/// <summary><c>--entry</c>: entry code of a kernel that is not Linux.</summary>
public sealed class EntryOptionTests : IDisposable
{
    private const string Traps = """
        	.section .entry.text, "ax"
        	.globl	trap_pf, syscall, handle_nmi
        trap_pf:
        	pushq	%rax
        	testb	$3, 24(%rsp)
        	popq	%rax
        	leaq	8(%rsp), %rsp
        	iretq
        syscall:
        	movq	%rsp, %gs:16
        	swapgs
        	sysretq
        handle_nmi:
        	call	count_it
        	iretq

        """;

    private readonly ToolWorkspace _workspace = new ToolWorkspace().With("traps.S", Traps);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Rules_look_at_entries_that_are_declared()
    {
        Assert.Contains("no entry that is known by the kernel's names is defined here", _workspace.Run("lint", "traps.S").Succeeded().Output, StringComparison.Ordinal);

        var run = _workspace.Run("lint", "traps.S", "--entry", "syscall=syscall", "--entry", "handle_nmi=nmi", "--rule", "EG2001", "--rule", "EG2009");
        Assert.Matches(@"(?s)^traps\.S:10:2: warning: .* \[EG2001\].*traps\.S:14:2: warning: .* \[EG2009\].*\n2 warnings in 1 file: 2 entries", run.Output);
    }

    [Fact]
    public void A_vector_says_whether_there_is_an_error_code()
    {
        var traced = _workspace.Run("trace", "trap_pf", "traps.S", "--entry", "trap_pf=interrupt:14").Succeeded();
        Assert.StartsWith("trap_pf: #PF in user code;", traced.Output, StringComparison.Ordinal);
        Assert.Contains("returned to user mode", traced.Output, StringComparison.Ordinal);
        Assert.Equal(1, _workspace.Run("trace", "trap_pf", "traps.S", "--entry", "trap_pf=interrupt").ExitCode);
    }

    [Fact]
    public void Explored_are_all_that_are_declared_and_events_lead_to_them()
    {
        var found = _workspace.Run("explore", "--all", "traps.S", "--entry", "trap_pf=interrupt:14", "--entry", "handle_nmi=nmi", "--features", "", "--property", "c-flags", "--format", "json");
        Assert.Equal(["handle_nmi", "trap_pf"], found.Json.Select(answer => answer.GetProperty("entry").GetString()).Distinct().Order());

        // The NMI comes while the page fault is handled.
        var broken = found.Json.First(answer => answer.GetProperty("entry").GetString() == "trap_pf" && answer.GetProperty("verdict").GetString() == "violated");
        var again = _workspace.Run("trace", "--replay", broken.GetProperty("trace").EnumerateArray().Last().GetProperty("token").GetString()!);
        Assert.Contains("NMI is injected -> handle_nmi", again.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trap_pf", "--entry trap_pf: it must be SYMBOL=KIND, as in 'trap=interrupt:14'. KIND is one of call, syscall, sysenter, int80, interrupt, paranoid, nmi.")]
    [InlineData("trap_pf=irq", "--entry trap_pf=irq: there is no kind 'irq'. It is one of call, syscall, sysenter, int80, interrupt, paranoid, nmi.")]
    [InlineData("trap_pf=interupt", "--entry trap_pf=interupt: there is no kind 'interupt'. Did you mean 'interrupt'? It is one of call, syscall, sysenter, int80, interrupt, paranoid, nmi.")]
    [InlineData("trap_pf=interrupt:256", "--entry trap_pf=interrupt:256: a vector is a number from 0 to 255.")]
    [InlineData("trap_pf=nmi:2", "--entry trap_pf=nmi:2: only an interrupt or a paranoid entry has a vector of its own.")]
    [InlineData("trap_pf=interrupt:1:2", "--entry trap_pf=interrupt:1:2: there is more than one ':' in it.")]
    [InlineData("trap_pff=nmi", "traps.S:1:1: no symbol 'trap_pff' is defined here; did you mean 'trap_pf'?")]
    public void A_declaration_that_is_none_is_refused(string declaration, string message) =>
        _workspace.Run("lint", "traps.S", "--entry", declaration).RefusedWith(message);

    [Fact]
    public void A_symbol_is_declared_once() =>
        _workspace.Run("lint", "traps.S", "--entry", "syscall=syscall", "--entry", "syscall=nmi").RefusedWith("--entry syscall=nmi: 'syscall' is declared twice.");

    [Fact]
    public void Analysis_and_machine_agree_on_error_codes() =>
        Assert.All(Enumerable.Range(0, 256), vector => Assert.Equal(Vectors.HasErrorCode((byte)vector), EntryFinder.HasErrorCode((byte)vector)));
}
