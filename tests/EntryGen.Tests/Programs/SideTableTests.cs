using EntryGen.Asm;
using EntryGen.Asm.Instructions;

namespace EntryGen.Tests.Programs;

public sealed class SideTableTests
{
    private const string Kprobe = ".pushsection \"_kprobe_blacklist\", \"aw\"; .balign 8; .quad (f); .popsection\n";

    [Fact]
    public void Exceptions_have_place_landing_and_type()
    {
        var entry = Assert.Single(Assembled.Program("1: eretu\n_ASM_EXTABLE_TYPE(1b, user, 21)\nuser: ret\n").Tables.Exceptions);
        Assert.Equal((ExceptionEntry.EretuType, Op.Eretu, "user", Op.Ret), (entry.Type, ((Instruction)entry.Fault.Item!).Info.Op, entry.Landing.Symbol, ((Instruction)entry.Landing.Item!).Info.Op));
        Assert.Null(entry.Handler);
    }

    [Theory]
    [InlineData(".long 1b - ., 2f - .\n", 0, null)]
    [InlineData(".long 1b - ., 2f - ., 0x00050a10\n", 16, null)]
    [InlineData(".long 1b - ., 2f - ., (ex_handler_default) - .\n", 0, "ex_handler_default")]
    public void Exception_records_of_all_years_are_read(string record, int type, string? handler)
    {
        var entry = Assert.Single(Assembled.Program($"1: iretq\n.pushsection __ex_table, \"a\"\n{record}.popsection\n2: ret\n").Tables.Exceptions);
        Assert.Equal((type, handler), (entry.Type, entry.Handler));
    }

    [Fact]
    public void The_kprobe_blacklist_names_functions()
    {
        var program = Assembled.Program("f: ret\n" + Kprobe);
        Assert.Same(program.At("f"), Assert.Single(program.Tables.KprobeBlacklist).Function.Item);
    }

    [Fact]
    public void Hints_have_the_numbers_of_6_12_unless_the_unit_says_otherwise()
    {
        const string Record = "here: nop\n.pushsection .discard.unwind_hints\n.long here - .\n.short 16 + (16*8)\n.byte 5\n.byte 3\n.byte 1\n.balign 4\n.popsection\n";
        var today = Assert.Single(Assembled.Program(Record).Tables.UnwindHints);
        Assert.Equal((UnwindHintType.Registers, UnwindRegister.Sp, 144, false, true), (today.Type, today.Register, today.Offset, today.IsEnd, today.IsSignal));
        Assert.Equal("here", today.Place.Symbol);

        // The numbers of 6.1.
        var before = Assert.Single(Assembled.Program("#define UNWIND_HINT_TYPE_CALL 0\n#define UNWIND_HINT_TYPE_FUNC 3\n" + Record).Tables.UnwindHints);
        Assert.Equal((UnwindHintType.Function, true, false), (before.Type, before.IsEnd, before.IsSignal));
    }

    [Fact]
    public void A_hint_may_point_down()
    {
        var program = Assembled.Program("1: nop\n.pushsection .discard.unwind_hints\n.long 1b - .\n.short -8\n.byte 9, 2, 0\n.balign 4\n.popsection\n");
        var hint = Assert.Single(program.Tables.UnwindHints);
        Assert.Equal((-8, UnwindRegister.SpIndirect, UnwindHintType.Call), (hint.Offset, hint.Register, hint.Type));
    }

    [Fact]
    public void Notes_are_told_by_their_sections()
    {
        var program = Assembled.Program("""
            1: call 2f
            .pushsection .discard.intra_function_calls; .long 1b; .popsection
            2: nop
            .pushsection .discard.reachable; .long 2b - .; .popsection
            .pushsection .discard.noendbr; .quad 2b; .popsection
            .pushsection .discard.annotate_insn, "M", @progbits, 8; .long 2b - ., 2; .long 1b - ., 99; .popsection
            .pushsection .discard.func_stack_frame_non_standard, "aw"; .quad elsewhere; .popsection
            """);
        Assert.Equal(
            [
                (AnnotationKind.IntraFunctionCall, 0), (AnnotationKind.Reachable, 1), (AnnotationKind.NoEndbr, 1), (AnnotationKind.RetpolineSafe, 1), (AnnotationKind.Other, 0),
                (AnnotationKind.NonStandardStackFrame, -1),
            ],
            program.Tables.Annotations.Select(note => (note.Kind, note.Place.Item?.Index ?? -1)));
    }

    [Fact]
    public void Records_about_code_that_is_not_kept_are_left_out()
    {
        const string Text = "f: ret\ng: ret\n.pushsection .discard.noendbr; .long f, g; .popsection\n" + Kprobe;
        var tables = Assembled.Program(Text, new ProgramOptions { EntrySymbols = ["g"] }).Tables;
        Assert.Equal("g", Assert.Single(tables.Annotations).Place.Symbol);
        Assert.Empty(tables.KprobeBlacklist);
    }

    // Labels that only notes name are no symbols of the Program.
    [Fact]
    public void A_note_is_no_use_of_its_label() =>
        Assert.Empty(Assembled.Program(".Lhere: nop\n.pushsection .discard.noendbr; .long .Lhere; .popsection\n").Symbols);

    [Fact]
    public void Alternatives_stand_in_the_order_of_their_records()
    {
        var program = Assembled.Program("ALTERNATIVE \"nop\", \"lfence\", X86_FEATURE_PTI\nALTERNATIVE_2 \"\", \"cld\", X86_FEATURE_SMAP, \"\", ALT_NOT(X86_FEATURE_UNRET)\nret\n");
        Assert.Equal(["PTI False", "SMAP False", "UNRET True"], program.Tables.Alternatives.Select(record => $"{record.Choice.Feature.Name} {record.Choice.Inverted}"));
        Assert.All(program.Tables.Alternatives, record => Assert.Contains(record.Choice, record.Site.Choices));
        Assert.Equal(program.Tables.Alternatives[2].Replacement.Start.Section, program.Tables.Alternatives[0].Replacement.End.Section);
    }

    // ALT_CALL of 6.12: a placeholder stands for a direct call of what the original calls.
    [Fact]
    public void A_direct_call_does_what_the_original_does()
    {
        var program = Assembled.Program("ALTERNATIVE \"call *ops+8(%rip)\", \"call BUG_func\", (1 << 17) | X86_FEATURE_ALWAYS\nret\n", new ProgramOptions { EntrySymbols = [] });
        Assert.Empty(program.Items);
        program = Assembled.Program("start: ALTERNATIVE \"call *ops+8(%rip)\", \"call BUG_func\", (1 << 17) | X86_FEATURE_ALWAYS\nret\n", new ProgramOptions { EntrySymbols = ["start"] });
        var site = Assert.IsType<AlternativeSite>(program.Items[0]);
        Assert.True(site.Choices[0].IsDirectCall);
        Assert.Same(site.Original, site.Select(_ => false));
        Assert.Equal(["ops"], program.Externals.Select(external => external.Name));
    }

    [Theory]
    [InlineData(".pushsection .discard.unwind_hints; .long 1; .popsection", ".discard.unwind_hints")]
    [InlineData(".pushsection .discard.noendbr; .long 1b; .byte 2; .popsection", ".discard.noendbr")]
    [InlineData(".pushsection _kprobe_blacklist; .ascii \"f\"; .popsection", "_kprobe_blacklist")]
    public void A_record_that_is_none_gets_one_message(string text, string section)
    {
        var diagnostic = Assert.Single(Assembled.Result("1: ret\n" + text + "\n").Diagnostics);
        Assert.Equal("EG0076", diagnostic.Id);
        Assert.Contains($"'{section}'", diagnostic.Message);
    }
}
