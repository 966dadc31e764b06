using EntryGen.Exploration.Scenarios;
using EntryGen.Kernel;
using EntryGen.Tests.Tool;

namespace EntryGen.Tests.Exploration.Scenarios;

/// <summary>Faults about which not the code decides: of a return to user mode, and of instructions in the exception table.</summary>
public sealed class FaultTests : IDisposable
{
    // Half an entry: what returns to user mode, and a #GP handler that tells a fault of that return from others, or does not.
    private const string Code = """
            .section .entry.text, "ax"
            .globl asm_exc_int3, asm_exc_general_protection, native_irq_return_iret
        asm_exc_int3:
            cld
            swapgs
            swapgs
        native_irq_return_iret:
            iretq

        asm_exc_general_protection:
            CHECK
            addq $8, %rsp
            iretq
        bad_iret:
            movq %rsp, %rdi
            ud2

        """;

    private const string User = "asm_exc_int3";
    private readonly ToolWorkspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_return_to_user_mode_faults_if_it_is_asked_to()
    {
        _workspace.With("return.S", Code.Replace("CHECK", "nop", StringComparison.Ordinal));
        var without = _workspace.Run("explore", User, "return.S", "--property", "ends", "--property", "no-stray");
        Assert.Equal((0, ""), (without.ExitCode, without.Error));

        // Returning from the fault to the IRETQ as if nothing had happened does it again, and the next fault is no event.
        var with = _workspace.Run("explore", User, "return.S", "--inject", "gp", "--property", "return", "--format", "json");
        Assert.Equal((0, ""), (with.ExitCode, with.Error));
        Assert.True(with.Json.Single().GetProperty("states").GetInt64() > 2);
    }

    [Fact]
    public void A_handler_that_cannot_cope_with_it_is_shown()
    {
        _workspace.With("return.S", Code.Replace("CHECK", "leaq native_irq_return_iret(%rip), %rax\n cmpq %rax, 8(%rsp)\n je bad_iret", StringComparison.Ordinal));
        var result = _workspace.Run("explore", User, "return.S", "--inject", "gp", "--property", "no-fault");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("#GP", result.Output, StringComparison.Ordinal);
        Assert.Contains("#UD at bad_iret", result.Output, StringComparison.Ordinal);
        var token = result.Output.Split('\n').First(line => line.StartsWith("again: ", StringComparison.Ordinal)).Split(' ')[^1];
        Assert.Equal(1, _workspace.Run("trace", "--replay", token).ExitCode);
    }

    [Fact]
    public void Only_returns_to_user_mode_fault()
    {
        _workspace.With("return.S", Code.Replace("CHECK", "ud2", StringComparison.Ordinal));
        Assert.Equal(1, _workspace.Run("explore", User, "return.S", "--inject", "gp", "--property", "no-fault").ExitCode);
        Assert.Equal(0, _workspace.Run("explore", User, "return.S", "--from", "kernel", "--inject", "gp", "--property", "no-fault").ExitCode);
    }

    // None of them faults by itself; what handles the fault does.
    [Theory]
    [InlineData("movl (%rsp), %eax", "pf", 1)]
    [InlineData("movl (%rsp), %eax", "gp", 0)]
    [InlineData("movl %edi, %gs", "np", 1)]
    [InlineData("movl %edi, %gs", "pf", 0)]
    [InlineData("rdmsr", "gp", 1)]
    [InlineData("rdmsr", "ss", 0)]
    public void Instructions_of_the_exception_table_fault_as_they_can(string instruction, string fault, int exitCode)
    {
        _workspace.With("table.S", $"""
                .text
                .globl f, asm_exc_page_fault, asm_exc_general_protection, asm_exc_segment_not_present, asm_exc_stack_segment
            f:
                xorl %edi, %edi
                movl $0xc0000101, %ecx
            1:  {instruction}
            2:  ret
            asm_exc_page_fault:
            asm_exc_general_protection:
            asm_exc_segment_not_present:
            asm_exc_stack_segment:
                ud2
                .pushsection "__ex_table", "a"
                .long 1b - ., 2b - ., 1
                .popsection

            """);
        var result = _workspace.Run("explore", "f", "table.S", "--entry", "f=call", "--inject", fault, "--property", "no-fault");
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Error));
    }
}
