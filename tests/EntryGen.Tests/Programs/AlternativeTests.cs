using EntryGen.Asm;
using EntryGen.Asm.Instructions;

namespace EntryGen.Tests.Programs;

public sealed class AlternativeTests
{
    [Fact]
    public void A_site_chooses_between_original_and_replacement()
    {
        var program = Assembled.Program("nop\nALTERNATIVE \"jmp 1f\", \"lfence\", X86_FEATURE_PTI\nswapgs\n1: ret");
        var site = Assert.Single(program.Items.OfType<AlternativeSite>());
        Assert.Equal(["nop", null, "jmp", "lfence", "swapgs", "ret"], program.Items.Select(item => (item as Instruction)?.Mnemonic));
        Assert.Same(program.Items[2], site.Original);
        var choice = Assert.Single(site.Choices);
        Assert.Equal((program.Items[3], false, new CpuFeature("PTI", (7 * 32) + 11, 0)), (choice.Target, choice.Inverted, choice.Feature));
        Assert.Same(program.Items[4], site.Next);
        Assert.Same(site.Next, choice.Target.Next);
        Assert.Equal(site.Original.Address, site.Address);
        Assert.Same(site, program.Items[0].Next);
        Assert.Equal([choice.Feature], program.Features);
    }

    [Fact]
    public void A_site_without_original_code_has_its_own_address()
    {
        var program = Assembled.Program("ALTERNATIVE \"\", \"lfence\", X86_FEATURE_PTI\nALTERNATIVE \"\", \"mfence\", X86_FEATURE_SMAP\nret");
        var sites = program.Items.OfType<AlternativeSite>().ToList();
        Assert.Same(sites[1], sites[0].Original);
        Assert.Same(sites[1], sites[0].Next);
        Assert.Same(sites[1], sites[0].Choices[0].Target.Next);
        Assert.Same(program.Items[^1], sites[1].Original);
        Assert.Equal(program.Items.Count, program.Items.Select(item => item.Address).Distinct().Count());
    }

    [Fact]
    public void A_replacement_can_be_empty()
    {
        var program = Assembled.Program("ALTERNATIVE \"jmp 1f\", \"\", X86_FEATURE_PTI\nswapgs\n1: ret");
        var site = Assert.IsType<AlternativeSite>(program.Items[0]);
        Assert.Same(program.Items[2], site.Choices[0].Target);
    }

    // 6.12 HANDLE_INTR_SAFERET jumps to the end of its replacement; in the section the next replacement stands there.
    [Fact]
    public void The_end_of_a_replacement_is_behind_the_site()
    {
        var program = Assembled.Program("ALTERNATIVE \"\", \"jb 1f; lfence; 1:\", X86_FEATURE_PTI\nswapgs\nALTERNATIVE \"\", \"cld\", X86_FEATURE_SMAP\nret");
        var jump = program.Instructions().Single(instruction => instruction.Info.Op == Op.Jcc);
        Assert.Same(program.Instructions().Single(instruction => instruction.Info.Op == Op.Swapgs), jump.Target!.Item);
    }

    [Theory]
    [InlineData("", "nop")]
    [InlineData("UNRET", "lfence")]
    [InlineData("UNRET SRSO", "lfence")]
    [InlineData("SRSO", "nop")]
    [InlineData("PTI", "mfence")]
    [InlineData("PTI UNRET", "mfence")]
    public void The_last_choice_that_applies_is_selected(string features, string expected)
    {
        var program = Assembled.Program("ALTERNATIVE_2 \"nop\", \"lfence\", X86_FEATURE_UNRET, \"mfence\", X86_FEATURE_PTI\nALTERNATIVE \"\", \"cld\", ALT_NOT(X86_FEATURE_ALWAYS)\nret");
        var on = features.Split(' ').ToHashSet();
        Assert.Equal(expected, ((Instruction)((AlternativeSite)program.Items[0]).Select(feature => on.Contains(feature.Name))).Mnemonic);
        var never = program.Items.OfType<AlternativeSite>().Last();
        Assert.Null(never.SelectChoice(feature => on.Contains(feature.Name)));
    }

    [Fact]
    public void Two_replacements_stay_in_order()
    {
        var program = Assembled.Program("ALTERNATIVE_2 \"nop\", \"lfence\", X86_FEATURE_UNRET, \"mfence; sfence\", ALT_NOT(X86_FEATURE_SRSO)\nret");
        var site = Assert.IsType<AlternativeSite>(program.Items[0]);
        Assert.Equal([("UNRET", false, "lfence"), ("SRSO", true, "mfence")], site.Choices.Select(choice => (choice.Feature.Name, choice.Inverted, ((Instruction)choice.Target).Mnemonic)));
        Assert.Equal([0, 1], program.Features.Select(feature => feature.Index));
        Assert.Equal(["nop", "lfence", "mfence", "sfence", "ret"], program.Instructions().Select(instruction => instruction.Mnemonic));
    }

    // 6.12 makes the form for two of the form for one, whose labels then stand twice at one place.
    [Fact]
    public void Records_of_nested_alternatives_are_one_site()
    {
        const string Text = """
            #define ONE(original, replacement, feature) 740: original; 741: .skip 4; 742: ; \
                .pushsection .altinstructions, "a"; .long 740b - .; .long 743f - .; .4byte feature; .byte 742b - 740b; .byte 744f - 743f; .popsection; \
                .pushsection .altinstr_replacement, "ax"; 743: replacement; 744: ; .popsection
            before: ONE(ONE(nop, lfence, 5), mfence, 6)
            ret
            """;
        var program = Assembled.Program(Text);
        var site = Assert.Single(program.Items.OfType<AlternativeSite>());
        Assert.Equal(["0*32+5", "0*32+6"], site.Choices.Select(choice => choice.Feature.Name));
        Assert.Same(site, program.At("before"));
    }

    // 6.1 has 16 bits for the feature, older kernels a third length.
    [Theory]
    [InlineData("", "5", false)]
    [InlineData("", "0x8005", true)]
    [InlineData(", 0", "5", false)]
    public void Records_of_older_kernels_are_read(string padding, string feature, bool inverted)
    {
        var text = $"140: nop\n142:\n.pushsection .altinstr_replacement, \"ax\"\n143: lfence\n144:\n.popsection\n"
            + $".pushsection .altinstructions, \"a\"\n.long 140b - ., 143b - .\n.word {feature}\n.byte 142b-140b, 144b-143b{padding}\n.popsection\nret\n";
        var choice = Assert.Single(Assert.Single(Assembled.Program(text).Items.OfType<AlternativeSite>()).Choices);
        Assert.Equal(("0*32+5", inverted), (choice.Feature.Name, choice.Inverted));
    }

    [Fact]
    public void Labels_inside_a_replacement_are_places_in_it()
    {
        var program = Assembled.Program("ALTERNATIVE \"\", \"jz 1f; lfence; 1: mfence\", X86_FEATURE_SMAP\nret");
        var jump = program.Instructions()[0];
        Assert.Equal("mfence", ((Instruction)jump.Target!.Item!).Mnemonic);
    }

    [Fact]
    public void A_jump_to_a_label_before_a_site_meets_the_choice_and_one_behind_it_does_not()
    {
        var program = Assembled.Program("jmp 1f\njmp 2f\n1: ALTERNATIVE \"\", \"lfence\", X86_FEATURE_SMAP\n2: ret");
        Assert.IsType<AlternativeSite>(program.Instructions()[0].Target!.Item);
        Assert.Equal(Op.Ret, ((Instruction)program.Instructions()[1].Target!.Item!).Info.Op);
    }

    [Theory]
    [InlineData(".long 1b - .\n")]
    [InlineData(".byte 1\n")]
    [InlineData(".long 1b - ., 1b - .\n.word 5\n")]
    [InlineData(".long 1b - ., 1b - .\n.word 5\n.byte 3, 3\n")]
    public void A_record_that_is_none_is_reported_once(string record)
    {
        var result = Assembled.Result($"1: nop\nret\n.pushsection .altinstructions, \"a\"\n{record}.popsection\n");
        Assert.Equal("EG0072", Assert.Single(result.Diagnostics).Id);
        Assert.Equal(2, result.Program.Items.Count);
    }

    [Fact]
    public void Overlapping_originals_are_reported()
    {
        const string Record = ".pushsection .altinstructions, \"a\"\n.long 1b - ., 9f - .\n.4byte 5\n.byte 2b-1b, 0\n.popsection\n";
        var result = Assembled.Result($"1: nop\n1: nop\n2: nop\n{Record}{Record.Replace("1b", "3b").Replace("2b", "4b")}9: ret".Replace("1: nop\n1: nop\n2: nop", "3: nop\n1: nop\n2: nop\n4: nop"));
        Assert.Contains("overlaps", Assert.Single(result.Diagnostics).Message);
    }

    [Fact]
    public void Code_that_ends_in_an_empty_site_stops_there()
    {
        var result = Assembled.Result("nop\nALTERNATIVE \"\", \"lfence\", X86_FEATURE_SMAP\n");
        Assert.Equal("EG0072", Assert.Single(result.Diagnostics).Id);
        Assert.All(result.Program.Items, item => Assert.NotEqual(0UL, item.Address));
    }
}
