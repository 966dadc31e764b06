using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Analyzers;

/// <summary>One operand is underlined, in literals and files alike, whatever it came through: arguments, quotes, the preprocessor.</summary>
public sealed class OperandPositionTests
{
    // Each text is an entry's; {|...|} is what the build underlines.
    public static TheoryData<string> Texts =>
    [
        "mov {|EG0064:%rxa|}, %rbx\nret",
        "mov %rax, 8({|EG0064:%rxa|})\nret",
        "COPY {|EG0064:%rxa|} %rbx\nret",
        "COPY to=%rbx from={|EG0064:%rxa|}\nret",
        "TWICE {|EG0064:%rxa|}\nret",
        "ALTERNATIVE \"\", \"mov {|EG0064:%rxa|}, %rbx\", X86_FEATURE_PTI\nret",
        "ALTERNATIVE \"nop\", \"lfence; COPY %rax {|EG0064:%rxb|}\", X86_FEATURE_PTI\nret",
        "#define SCRATCH {|EG0064:%rxa|}\nmov SCRATCH, %rbx\nret",
        "#define LOAD(reg) mov 8(%rsp), reg\nLOAD({|EG0064:%rxa|})\nret",
        ".irp r, %rax, {|EG0064:%rxb|}\npush \\r\n.endr\nret",
    ];

    private static readonly string[] _macros =
    [
        "COPY from:req to:req", "mov \\from, \\to",
        "TWICE reg:req", "COPY \\reg, %rcx\n    COPY from=\\reg to=%rdx",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public Task InARawString(string text) => AnalyzerVerifier.VerifyAsync(
        $$""""
        using EntryGen;

        [EntryCode]
        static partial class Unit
        {
            [Macro("{{_macros[0][5..]}}")]
            const string COPY = """
                {{_macros[1]}}
                """;

            [Macro("{{_macros[2][6..]}}")]
            const string TWICE = """
                {{_macros[3].Replace("\n", "\n        ", StringComparison.Ordinal)}}
                """;

            [Entry("""
                  {{text.Replace("\n", "\n          ", StringComparison.Ordinal)}}
                """)]
            public static partial Stop start(ref Cpu cpu);
        }
        """");

    [Theory]
    [MemberData(nameof(Texts))]
    public Task InAFile(string text) => AnalyzerVerifier.VerifyAsync(
        TestProject.Of("using EntryGen;\n[EntryCode(Source = \"entry.S\", Entries = [\"start\"])]\nstatic partial class Unit;\n")
            .WithFile("/p/calling.h", $".macro {_macros[0]}\n\t{_macros[1]}\n.endm\n.macro ALTERNATIVE old new feature\n\t\\old\n\t\\new\n.endm\n.macro {_macros[2]}\n\t{_macros[3]}\n.endm\n")
            .WithFile("/p/entry.S", $"#include \"calling.h\"\nstart:\n{text}\n"));
}
