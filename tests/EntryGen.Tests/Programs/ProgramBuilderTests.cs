using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using Kind = EntryGen.Asm.ExternalKind;

namespace EntryGen.Tests.Programs;

public sealed class ProgramBuilderTests
{
    [Fact]
    public void Instructions_take_16_bytes_in_source_order()
    {
        var program = Assembled.Program(".section .entry.text, \"ax\"\nnop\n.balign 64\nswapgs\n.skip 100\nret\n");
        Assert.Equal([0xffffffff82000000, 0xffffffff82000010, 0xffffffff82000020], program.Items.Select(item => item.Address));
        Assert.Equal([0, 1, 2], program.Items.Select(item => item.Index));
        var section = Assert.Single(program.Sections);
        Assert.Equal((".entry.text", 0xffffffff82000000, 48, true, true), (section.Name, section.Address, section.Size, section.Executable, section.UserMapped));
        Assert.All(program.Items, item => Assert.Same(section, item.Section));
    }

    [Fact]
    public void Control_falls_through_except_behind_transfers()
    {
        var program = Assembled.Program("a: nop\njz a\ncall f\njmp a\nint3\nud2\nret\nhlt\nnop");
        Assert.Equal([1, 2, 3, null, 5, null, null, 8, null], program.Items.Select(item => item.Next?.Index));
    }

    [Fact]
    public void Nothing_follows_a_call_that_does_not_return()
    {
        var program = Assembled.Program("call make_task_dead\nnext: nop");
        Assert.Null(program.Items[0].Next);
    }

    [Fact]
    public void Numeric_labels_mean_the_nearest_in_file_order()
    {
        var program = Assembled.Program("1: nop\njmp 1b\njmp 1f\n1: nop\njmp 1b\n");
        Assert.Equal([0, 3, 3], program.Instructions().Where(item => item.Info.Op == Op.Jmp).Select(item => item.Target!.Item!.Index));
    }

    [Theory]
    [InlineData("jmp 1f", "EG0070", "No definition of that number follows")]
    [InlineData(".Lend_here: jmp .Lend_her", "EG0070", "Did you mean '.Lend_here'?")]
    [InlineData("a: jmp a+4", "EG0071", "without an addend")]
    [InlineData(".data\nd: .long 1\n.text\njmp d", "EG0071", "holds no code")]
    public void A_branch_needs_a_place_in_code(string text, string id, string part)
    {
        var diagnostic = Assert.Single(Assembled.Result(text).Diagnostics);
        Assert.Equal(id, diagnostic.Id);
        Assert.Contains(part, diagnostic.Message);
    }

    [Fact]
    public void What_nobody_defines_is_external_by_its_use()
    {
        var program = Assembled.Program("call f\nmovq %gs:cpu_tss_rw+4, %rax\nmovq table(,%rax,8), %rax\nmovq %gs:own, %rbx\njmp g\nmov $f, %rax\n");
        Assert.Equal(
            [
                new("f", Kind.Function, 0xffffffff81800000, 0, false),
                new("cpu_tss_rw", Kind.PerCpu, 0, 0x3000, true),
                new("table", Kind.Data, 0xffffffff83800000, 8, false),
                new("own", Kind.PerCpu, 0x10000, 8, false),
                new ExternalSymbol("g", Kind.Function, 0xffffffff81800010, 0, false),
            ],
            program.Externals);
        Assert.Equal("f", program.Instructions()[0].Target!.External!.Name);
    }

    [Fact]
    public void A_per_cpu_variable_is_where_the_user_puts_it()
    {
        var options = new ProgramOptions { PerCpu = [new("mine", 0x40, 2, false), new("shared", null, 8, true), new("other", null, 16, false)] };
        var program = Assembled.Program("movw %gs:mine, %ax\nmovq %gs:shared, %rax\nmovq %gs:other, %rax\nmovq %gs:more, %rax", options);
        Assert.Equal([("mine", 0x40UL), ("shared", 0x1000UL), ("other", 0x10000UL), ("more", 0x10040UL)], program.Externals.Select(external => (external.Name, external.Address)));
    }

    [Theory]
    [InlineData("jmp __x86_return_thunk", Op.Ret)]
    [InlineData("call __x86_indirect_thunk_rbx", Op.Call)]
    [InlineData("jmp __x86_indirect_jump_thunk_r11", Op.Jmp)]
    public void A_thunk_is_the_branch_it_stands_for(string text, Op op)
    {
        var instruction = Assembled.Instruction(text);
        Assert.Equal(op, instruction.Info.Op);
        Assert.Null(instruction.Target);
        Assert.Equal(op == Op.Ret ? 0 : 1, instruction.Operands.OfType<IndirectOperand>().Count());
    }

    [Fact]
    public void A_thunk_that_a_unit_defines_is_code()
    {
        var program = Assembled.Program("jmp __x86_return_thunk\n__x86_return_thunk: ret\n");
        Assert.Equal(1, program.Instructions()[0].Target!.Item!.Index);
    }

    [Fact]
    public void Units_link_by_global_names()
    {
        var result = Assembled.Link(null, ("a.S", ".globl shared\nshared: call other\nlocal: ret"), ("b.S", ".globl other\nother: jmp shared\nlocal: nop"));
        Assert.Empty(result.Diagnostics);
        var program = result.Program;
        Assert.Empty(program.Externals);
        Assert.Same(program.At("other"), program.Instructions()[0].Target!.Item);
        Assert.Same(program.At("shared"), ((Instruction)program.At("other")).Target!.Item);
        Assert.Equal(["local", "local@b.S", "other", "shared"], program.Symbols.Keys.Order(StringComparer.Ordinal));
        Assert.Null(program.At("local").Next);
    }

    [Fact]
    public void A_global_name_has_one_definition()
    {
        var result = Assembled.Link(null, ("a.S", ".globl f\nf: nop"), ("b.S", ".globl f\nf: ret"));
        Assert.Equal("EG0074", Assert.Single(result.Diagnostics).Id);
        Assert.Equal(Op.Nop, ((Instruction)result.Program.At("f")).Info.Op);
    }

    [Fact]
    public void Only_what_the_entries_reach_is_kept()
    {
        const string Text = """
            .globl entry, unused
            entry: pushq $repeat
            jz 1f
            ALTERNATIVE "", "jmp patched", X86_FEATURE_PTI
            1: movl (%rax), %eax
            _ASM_EXTABLE(1b, fixup)
            ret
            unused: call only_here
            ret
            repeat: nop
            iretq
            patched: jmp tail
            fixup: ud2
            tail: ret
            """;
        var program = Assembled.Program(Text, new ProgramOptions { EntrySymbols = ["entry"] });
        Assert.Equal(["entry", "fixup", "patched", "repeat", "tail"], program.Symbols.Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(program.Externals, external => external.Name == "only_here");
        Assert.Equal(Enumerable.Range(0, program.Items.Count), program.Items.Select(item => item.Index));
        var push = Assert.IsType<ImmediateOperand>(program.Instructions()[0].Operands[0]);
        Assert.Equal(program.Symbols["repeat"].Address, push.Symbol!.Address);
    }

    [Fact]
    public void An_entry_that_is_not_there_is_named()
    {
        var result = Assembled.Result("asm_exc_nmi: ret", new ProgramOptions { EntrySymbols = ["asm_exc_mni"] });
        var diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("EG0075", diagnostic.Id);
        Assert.Contains("Did you mean 'asm_exc_nmi'?", diagnostic.Message);
    }

    [Fact]
    public void Data_among_code_has_an_address_and_its_bytes()
    {
        var program = Assembled.Program(".section .entry.text, \"ax\"\nverw selector(%rip)\nret\n.balign 64\nselector: .word 0x18\n");
        var section = Assert.Single(program.Sections);
        Assert.Equal([0x18, 0], section.Data);
        Assert.Equal(section.Address, program.Symbols["selector"].Address);
        var memory = Assert.IsType<MemoryOperand>(program.Instructions()[0].Operands[0]);
        Assert.Equal(new SymbolReference("selector", section.Address), memory.Symbol);
        Assert.Equal(section.Address + 16, program.Items[0].Address);
    }

    [Fact]
    public void Data_that_code_uses_is_kept_with_its_addresses_filled_in()
    {
        var program = Assembled.Program("jmp *table+8(%rip)\na: ret\nb: nop\n.data\n.balign 8\nunusedbyte: .byte 1\n.balign 8\ntable: .quad a, b\n.asciz \"x\"\n");
        var data = program.Sections.Single(section => section.Name == ".data");
        Assert.Equal(data.Address + 8, program.Symbols["table"].Address);
        Assert.Equal(program.Symbols["b"].Address, BitConverter.ToUInt64([.. data.Data], 16));
        Assert.Equal([(byte)'x', 0], data.Data.Skip(24));
    }

    [Fact]
    public void Labels_of_macros_are_symbols_only_when_used()
    {
        var program = Assembled.Program("f: nop\n.Lnote: nop\njmp .Lused\n.Lused: ret\n");
        Assert.Equal([".Lused", "f"], program.Symbols.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Constants_come_from_the_options() =>
        Assert.Equal(7, Assembled.Program("nop", new ProgramOptions { Constants = new Dictionary<string, long> { ["SEVEN"] = 7 } }).Constants["SEVEN"]);

    [Fact]
    public void Nothing_is_a_Program_too()
    {
        var program = Assembled.Program("");
        Assert.Empty(program.Items);
        Assert.Empty(program.Sections);
    }
}
