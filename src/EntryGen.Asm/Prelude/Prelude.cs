using EntryGen.Asm.Text;

namespace EntryGen.Asm;

/// <summary>What literals see without defining it: the names that kernel entry code takes for granted. Whatever a unit defines itself wins.</summary>
/// <remarks>
/// The definitions are EntryGen's own. They produce what the kernel's produce: .altinstructions and __ex_table records in the form of 6.12, and the
/// feature numbers of its cpufeatures.h.
/// </remarks>
public static class Prelude
{
    /// <summary>The path of the prelude in messages.</summary>
    public const string Path = "<prelude>";

    /// <summary>The prelude as a text to put before a unit's.</summary>
    public static SourceText Text { get; } = new(Path, Features() + Macros) { GivesWay = true };

    /// <summary>Preprocessor lines that make room for names a unit defines for the assembler, where the preprocessor would replace them first.</summary>
    /// <param name="names">Names of macros and constants of the unit.</param>
    public static SourceText MakeRoom(IEnumerable<string> names) => new(Path, string.Concat(names.Where(IsPreprocessorName).Select(name => $"#undef {name}\n")));

    private static bool IsPreprocessorName(string name) => _defined.Value.Contains(name);

    private static readonly Lazy<HashSet<string>> _defined = new(() => [.. Text.Text.Split('\n').Select(DefinedName).OfType<string>()]);

    private static string? DefinedName(string line)
    {
        const string Define = "#define ";
        if (!line.StartsWith(Define, StringComparison.Ordinal))
        {
            return null;
        }

        var end = line.IndexOfAny([' ', '('], Define.Length);
        return line.Substring(Define.Length, (end < 0 ? line.Length : end) - Define.Length);
    }

    private static string Features()
    {
        var text = new System.Text.StringBuilder();
        foreach (var (name, word, bit) in PreludeFeatures.All)
        {
            text.Append($"#define X86_{name} ({word}*32+{bit})\n");
        }

        return text.ToString();
    }

    private const string Macros = """
        /* The original code, padded with nops to the length of its replacement, and the record that lets the kernel patch it. */
        .macro ALTERNATIVE original, replacement, feature
        880: \original
        881: .skip -((885f - 884f) > (881b - 880b)) * ((885f - 884f) - (881b - 880b)), 0x90
        882:
        .pushsection .altinstr_replacement, "ax"
        884: \replacement
        885:
        .popsection
        .pushsection .altinstructions, "a"
        .long 880b - ., 884b - .
        .4byte \feature
        .byte 882b - 880b, 885b - 884b
        .popsection
        .endm

        /* Two replacements of one original; the second goes before the first. */
        .macro ALTERNATIVE_2 original, replacement1, feature1, replacement2, feature2
        880: \original
        881: .skip -((885f - 884f) > (881b - 880b)) * ((885f - 884f) - (881b - 880b)), 0x90
        883: .skip -((887f - 886f) > (883b - 880b)) * ((887f - 886f) - (883b - 880b)), 0x90
        882:
        .pushsection .altinstr_replacement, "ax"
        884: \replacement1
        885:
        886: \replacement2
        887:
        .popsection
        .pushsection .altinstructions, "a"
        .long 880b - ., 884b - .
        .4byte \feature1
        .byte 882b - 880b, 885b - 884b
        .long 880b - ., 886b - .
        .4byte \feature2
        .byte 882b - 880b, 887b - 886b
        .popsection
        .endm

        /* As a feature: the replacement is used while the feature is off. */
        #define ALT_NOT(feature) ((1 << 16) | (feature))

        .macro ASM_CLAC
        ALTERNATIVE "", "clac", X86_FEATURE_SMAP
        .endm

        .macro ASM_STAC
        ALTERNATIVE "", "stac", X86_FEATURE_SMAP
        .endm

        /* A fault at one place goes on at another. */
        #define _ASM_EXTABLE_TYPE(from, to, type) .pushsection __ex_table, "a"; .balign 4; .long (from) - ., (to) - ., type; .popsection
        #define _ASM_EXTABLE(from, to) _ASM_EXTABLE_TYPE(from, to, 1)
        #define _ASM_NOKPROBE(entry)

        #define PER_CPU_VAR(variable) %gs:variable
        #define ENDBR endbr64

        #define SYM_L_GLOBAL(name) .globl name;
        #define SYM_L_WEAK(name) .weak name;
        #define SYM_L_LOCAL(name)
        #define SYM_INNER_LABEL(name, linkage) linkage(name) name:
        #define SYM_INNER_LABEL_ALIGN(name, linkage) linkage(name) .balign 16; name:
        #define SYM_CODE_START(name) .globl name; .balign 16; name:
        #define SYM_CODE_START_NOALIGN(name) .globl name; name:
        #define SYM_CODE_START_LOCAL(name) .balign 16; name:
        #define SYM_CODE_START_LOCAL_NOALIGN(name) name:
        #define SYM_CODE_END(name) .size name, . - name
        #define SYM_FUNC_START(name) .globl name; .balign 16; name: ENDBR
        #define SYM_FUNC_START_NOALIGN(name) .globl name; name: ENDBR
        #define SYM_FUNC_START_LOCAL(name) .balign 16; name:
        #define SYM_FUNC_START_LOCAL_NOALIGN(name) name:
        #define SYM_FUNC_END(name) .size name, . - name
        #define SYM_DATA_START(name) .globl name; name:
        #define SYM_DATA_START_LOCAL(name) name:
        #define SYM_DATA_END(name) .size name, . - name
        #define SYM_DATA(name, data...) SYM_DATA_START(name) data; SYM_DATA_END(name)
        #define SYM_DATA_LOCAL(name, data...) SYM_DATA_START_LOCAL(name) data; SYM_DATA_END(name)

        /* Notes for tools that check objects: nothing here. */
        .macro UNWIND_HINT_END_OF_STACK
        .endm
        .macro UNWIND_HINT_UNDEFINED
        .endm
        .macro UNWIND_HINT_EMPTY
        .endm
        .macro UNWIND_HINT_ENTRY
        .endm
        .macro UNWIND_HINT_SAVE
        .endm
        .macro UNWIND_HINT_RESTORE
        .endm
        .macro VALIDATE_UNRET_BEGIN
        .endm
        .macro VALIDATE_UNRET_END
        .endm
        .macro UNWIND_HINT_REGS base offset indirect extra partial signal
        .endm
        .macro UNWIND_HINT_IRET_REGS base offset indirect extra partial signal
        .endm
        .macro UNWIND_HINT_IRET_ENTRY base offset indirect extra partial signal
        .endm
        .macro UNWIND_HINT_FUNC offset
        .endm
        #define ANNOTATE_NOENDBR
        #define ANNOTATE_RETPOLINE_SAFE
        #define ANNOTATE_INTRA_FUNCTION_CALL
        #define ANNOTATE_UNRET_SAFE
        #define ANNOTATE_REACHABLE
        #define REACHABLE


        """;
}
