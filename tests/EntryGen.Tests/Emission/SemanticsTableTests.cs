using EntryGen.Asm.Instructions;
using EntryGen.Generators.Emission;

namespace EntryGen.Tests.Emission;

public class SemanticsTableTests
{
    [Fact]
    public void Every_row_of_the_instruction_table_is_defined_or_listed_as_unmodelled()
    {
        var wrong = InstructionTable.Rows
            .Where(row => EmulatorEmitter.Models(row.Op) == EmulatorEmitter.Unmodelled.Contains(row.Op))
            .Select(row => row.Op);
        Assert.Empty(wrong);
    }
}
