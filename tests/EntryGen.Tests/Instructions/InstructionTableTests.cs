using EntryGen.Asm.Instructions;

namespace EntryGen.Tests.Instructions;

public sealed class InstructionTableTests
{
    public static TheoryData<Op> EveryOp => [.. Enum.GetValues<Op>()];

    [Fact]
    public void There_is_one_row_for_each_operation_in_order() =>
        Assert.Equal(Enum.GetValues<Op>(), InstructionTable.Rows.Select(row => row.Op));

    [Theory]
    [MemberData(nameof(EveryOp))]
    public void A_row_is_complete(Op op)
    {
        var row = InstructionTable.Get(op);
        if (op == Op.Unmodelled)
        {
            return;
        }

        Assert.NotEmpty(row.Name);
        Assert.NotEmpty(row.Summary);
        Assert.NotEmpty(row.Reference);
        Assert.NotEmpty(row.Mnemonics);
        Assert.All(row.Mnemonics, name => Assert.Equal(name.ToLowerInvariant(), name));
        Assert.NotEmpty(row.Forms);
        Assert.Equal(row.Forms.Min(form => form.Operands.Count), row.OperandCount.Least);
        Assert.Equal(row.Forms.Max(form => form.Operands.Count), row.OperandCount.Most);
        Assert.All(row.Widths, width => Assert.Contains(width, new[] { 1, 2, 4, 8, 16 }));
        Assert.True(row.DefaultWidth == 0 || row.Widths.Contains(row.DefaultWidth));
        Assert.True(row.Uses.Count >= row.OperandCount.Most, "every operand has a use");
    }

    [Theory]
    [MemberData(nameof(EveryOp))]
    public void A_flag_is_not_both_written_and_undefined(Op op)
    {
        var row = InstructionTable.Get(op);
        Assert.Equal(StatusFlags.None, row.FlagsWritten & row.FlagsUndefined);
    }

    // One mnemonic may stand for several operations only when their operands tell them apart.
    [Fact]
    public void Operands_decide_between_rows_that_share_a_mnemonic()
    {
        var byMnemonic = InstructionTable.Rows.SelectMany(row => row.Mnemonics.Select(name => (name, row))).GroupBy(pair => pair.name, pair => pair.row);
        foreach (var group in byMnemonic)
        {
            var rows = group.ToList();
            for (var i = 0; i < rows.Count; i++)
            {
                for (var j = i + 1; j < rows.Count; j++)
                {
                    Assert.False(rows[i].Forms.Any(a => rows[j].Forms.Any(b => Overlap(a, b))), $"{group.Key}: {rows[i].Op} and {rows[j].Op}");
                }
            }
        }
    }

    private static bool Overlap(OperandForm a, OperandForm b) =>
        a.Operands.Count == b.Operands.Count && a.Operands.Zip(b.Operands).All(pair => (pair.First & pair.Second) != 0);
}
