using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests.Cpp;

public class PredefinedMacroTests
{
    /// <summary>What kernel headers ask the compiler, whichever version it is.</summary>
    private static readonly string[] Stable =
    [
        "__ASSEMBLER__", "__x86_64__", "__x86_64", "__amd64__", "__amd64", "__LP64__", "_LP64", "__ELF__", "__linux__", "__unix__", "linux", "unix",
        "__BYTE_ORDER__", "__ORDER_LITTLE_ENDIAN__", "__ORDER_BIG_ENDIAN__", "__SIZEOF_POINTER__", "__SIZEOF_LONG__", "__CHAR_BIT__", "__STDC__",
        "__INT_MAX__", "__LONG_MAX__", "__SIZE_TYPE__", "__USER_LABEL_PREFIX__", "__REGISTER_PREFIX__",
    ];

    [GccFact]
    public void They_are_those_of_gcc()
    {
        var (_, text) = GccPreprocessor.Run(Path.GetTempPath(), "-m64", "-fno-PIE", "-nostdinc", "-dM", "-E", "-x", "assembler-with-cpp", "/dev/null");
        var expected = MacroListing.Parse(text);

        var actual = MacroListing.Of(new Preprocessor(new PreprocessorOptions(), new FileResolver(".")).Process(new SourceText("a.S", "")).Macros);

        foreach (var name in Stable)
        {
            Assert.Equal(expected[name], actual[name]);
        }

        // The table is that of gcc 12; another gcc knows others.
        if (GccPreprocessor.Version == 12)
        {
            Assert.Equal(expected, actual);
        }
    }
}
