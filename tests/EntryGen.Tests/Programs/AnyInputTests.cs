using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Programs;

/// <summary>Whatever the text, a Program is built and analyzed without an exception.</summary>
public sealed class AnyInputTests
{
    private const string Sample = """
        #define PTI (7*32+11)
        .section .entry.text, "ax"
        .globl entry
        entry: swapgs
        movq %rsp, %gs:(cpu_tss_rw+20)(%rip)
        ALTERNATIVE "jmp .Lend_\@", "", X86_FEATURE_PTI
        ALTERNATIVE_2 "", "lfence", X86_FEATURE_SMAP, "call other; 1: jz 1b", ALT_NOT(X86_FEATURE_SMEP)
        mov %cr3, %rax
        .Lend_\@: pushq $again
        again: .byte 0x6a, 0x80
        .byte 0xe9; .long target - (. + 4)
        target: movl (,%rcx,8), %edx
        _ASM_EXTABLE(target, entry)
        lock; addl $1, 152 -112(%rdi)
        .balign 64
        data: .word 0x18, data - entry
        verw data(%rip)
        other: call *%rax
        jmp __x86_return_thunk
        .data
        .quad entry, data
        .asciz "text"
        """;

    [Fact]
    public void Mutations_of_a_text_are_read_to_the_end()
    {
        var random = new Random(20240607);
        var lines = Sample.Split('\n');
        for (var round = 0; round < 600; round++)
        {
            var text = Mutate(random, lines);
            var main = SourceText.Compose("any.S", [Prelude.Text, new SourceText("any.S", text)]);
            var listing = AsmReader.Read(main, new ReaderOptions(), new NoFiles());
            var options = new ProgramOptions { EntrySymbols = round % 3 == 0 ? ["entry"] : null };
            var program = ProgramBuilder.Build([new ProgramUnit("any", listing, listing.PreprocessorMacros!)], options).Program;
            Assert.All(program.Items, item => Assert.Same(item, program.Items[item.Index]));
            Assert.All(program.Items, item => Assert.True(item.Next is null || ReferenceEquals(item.Next, program.Items[item.Next.Index]), text));
            Assert.All(program.Items, item => Assert.Contains(item.Section, program.Sections));
            var graph = FlowGraph.Create(program);
            FlagLiveness.Create(graph);
            PoisonFlow.Create(graph);
        }
    }

    // Lines go, come twice or change places; characters are cut or replaced by ones that mean something.
    private static string Mutate(Random random, string[] lines)
    {
        const string Meaningful = "%$()*,:.;\"@#\\0129abxq-+ \n";
        var result = lines.ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(result.Count);
            switch (random.Next(5))
            {
                case 0 when result.Count > 1:
                    result.RemoveAt(at);
                    break;
                case 1:
                    result.Insert(random.Next(result.Count), result[at]);
                    break;
                case 2 when result[at].Length > 0:
                    result[at] = result[at].Remove(random.Next(result[at].Length), 1);
                    break;
                case 3:
                    result[at] = result[at].Insert(random.Next(result[at].Length + 1), Meaningful[random.Next(Meaningful.Length)].ToString());
                    break;
                default:
                    result[at] = result[at][..random.Next(result[at].Length + 1)];
                    break;
            }
        }

        return string.Join('\n', result) + "\n";
    }

    private sealed class NoFiles : ISourceResolver
    {
        public SourceText? TryRead(string path) => null;
    }
}
