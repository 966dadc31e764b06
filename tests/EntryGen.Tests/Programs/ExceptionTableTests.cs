using EntryGen.Asm;

namespace EntryGen.Tests.Programs;

public sealed class ExceptionTableTests
{
    [Theory]
    [InlineData(".long (1b) - .; .long (fix) - .; .long 21", 21)]
    [InlineData(".long (1b) - ., (fix) - .", 0)]
    [InlineData(".long (1b) - .; .long (fix) - .; .long ex_handler_default - .", 0)]
    public void A_fault_goes_to_its_handler(string entry, int type)
    {
        var program = Assembled.Program($"1: movl %edi, %gs\n.pushsection __ex_table, \"a\"\n.balign 4\n{entry}\n.popsection\nret\nfix: ud2\n");
        Assert.Equal(new ExceptionEdge(program.At("fix"), type), program.Instructions()[0].ExceptionHandler);
    }

    [Fact]
    public void Several_entries_follow_one_another()
    {
        var program = Assembled.Program("1: nop\n2: nop\nret\nfix: ud2\n_ASM_EXTABLE(1b, fix)\n_ASM_EXTABLE(2b, fix)\n");
        Assert.Equal([true, true, false, false], program.Instructions().Select(instruction => instruction.ExceptionHandler is not null));
    }

    [Theory]
    [InlineData(".long 1, 2, 3")]
    [InlineData(".long 1b - ., nowhere - ., 1")]
    public void An_entry_without_places_is_reported(string entry)
    {
        var result = Assembled.Result($"1: nop\nret\n.pushsection __ex_table, \"a\"\n{entry}\n.popsection\n");
        Assert.Equal("EG0073", Assert.Single(result.Diagnostics).Id);
    }
}
