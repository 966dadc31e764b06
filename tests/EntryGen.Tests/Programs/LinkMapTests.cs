using EntryGen.Asm;

namespace EntryGen.Tests.Programs;

public sealed class LinkMapTests
{
    [Fact]
    public void What_stays_external_has_a_class_and_its_uses()
    {
        var program = Assembled.Program("call exc_nmi\nmovq %gs:cpu_tss_rw+4, %rax\nmov table(%rip), %rbx\ncall entry_ibpb\njmp *ops+8(%rip)\ncall exc_nmi\n");
        Assert.Equal(
            [("exc_nmi", SymbolClass.CFunction, "0 5"), ("cpu_tss_rw", SymbolClass.Data, "1"), ("table", SymbolClass.Data, "2"), ("entry_ibpb", SymbolClass.Assembly, "3"), ("ops", SymbolClass.Data, "4")],
            Rows(LinkMap.Of(program)));
        Assert.All(LinkMap.Of(program).Symbols, symbol => Assert.Null(symbol.Definition));
    }

    [Fact]
    public void The_thunk_of_a_return_or_an_indirect_branch_is_listed()
    {
        var program = Assembled.Program("call __x86_indirect_thunk_rbx\njmp __x86_return_thunk\nret\n");
        Assert.Equal([("__x86_indirect_thunk_rbx", SymbolClass.Assembly, "0"), ("__x86_return_thunk", SymbolClass.Assembly, "1")], Rows(LinkMap.Of(program)));
    }

    [Fact]
    public void A_symbol_used_twice_by_one_instruction_is_one_reference()
    {
        var program = Assembled.Program("movq $a, a(%rip)\n");
        Assert.Equal([("a", SymbolClass.Data, "0")], Rows(LinkMap.Of(program)));
    }

    [Fact]
    public void Programs_that_were_built_apart_link_by_global_names()
    {
        var a = Assembled.Program("call shared\nmov word(%rip), %eax\ncall hidden\n");
        var b = Assembled.Program(".globl shared, word\nshared: ret\nhidden: mov word(%rip), %rax\njmp sync_regs\n.data\nword: .long 1\n");
        var map = LinkMap.Of(a, b);
        Assert.Equal(
            [("shared", SymbolClass.Assembly, "0"), ("word", SymbolClass.Data, "1"), ("hidden", SymbolClass.CFunction, "2"), ("sync_regs", SymbolClass.CFunction, "2")],
            Rows(map));
        Assert.Same(b.Symbols["shared"], map.Symbols[0].Definition);
        Assert.Same(b.Symbols["word"], map.Symbols[1].Definition);
        Assert.Equal(["hidden", "sync_regs"], map.Externals.Select(symbol => symbol.Name));
    }

    private static IEnumerable<(string, SymbolClass, string)> Rows(LinkMap map) =>
        map.Symbols.Select(symbol => (symbol.Name, symbol.Class, string.Join(" ", symbol.References.Select(reference => reference.Index))));
}
