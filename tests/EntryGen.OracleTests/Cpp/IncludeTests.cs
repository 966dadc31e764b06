using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests.Cpp;

/// <summary>Which file an include finds, and what lines then say, against <c>gcc -E</c>.</summary>
public sealed class IncludeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("entrygen-cpp-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [GccFact]
    public void Quoted_names_are_searched_beside_the_includer_first()
    {
        Write("inc1/x.h", "inc1 x __FILE__ __INCLUDE_LEVEL__\n");
        Write("sub/x.h", "sub x __FILE__\n#include \"y.h\"\n#include <y.h>\n");
        Write("sub/y.h", "sub y __FILE__ __INCLUDE_LEVEL__\n");
        Write("inc1/y.h", "inc1 y __FILE__\n#include \"z.h\"\n");
        Write("inc1/z.h", "inc1 z\n");

        AssertSame("sub/a.S", "#include \"x.h\"\n#include <x.h>\n#include \"z.h\"\nend __FILE__ __LINE__\n", ["inc1", "inc2/"]);
    }

    [GccFact]
    public void Include_next_goes_on_behind_the_directory_that_held_the_file()
    {
        Write("inc1/x.h", "one\n#include_next <x.h>\n#if __has_include_next(<x.h>)\nthere is\n#endif\n");
        Write("inc2/x.h", "two\n#include_next <x.h>\n");
        Write("inc3/x.h", "three\n");
        Write("x.h", "zero\n#include_next \"x.h\"\n");

        AssertSame("a.S", "#include <x.h>\n#include \"x.h\"\n", ["inc1", "inc2", "inc3"]);
    }

    [GccFact]
    public void A_macro_can_make_the_name()
    {
        Write("inc1/ab.h", "ab\n");
        Write("inc1/d/e.h", "e\n");

        AssertSame("a.S", "#define A \"ab.h\"\n#define B <d/e.h>\n#define C(x) <x.h>\n#define S(x) #x\n#define D S(ab.h)\n#include A\n#include B\n#include C(ab)\n#include D\n", ["inc1"]);
    }

    [GccFact]
    public void Guards_pragma_once_and_import_read_a_file_once()
    {
        Write("g.h", "#ifndef G\n#define G\ng\n#endif\n");
        Write("o.h", "#pragma once\no\n");
        Write("i.h", "i\n");

        AssertSame("a.S", "#include \"g.h\"\n#include \"g.h\"\n#include \"o.h\"\n#include \"o.h\"\n#import \"i.h\"\n#import \"i.h\"\n#include \"i.h\"\n", []);
    }

    [GccFact]
    public void A_call_does_not_go_on_in_another_file()
    {
        Write("name.h", "#define F(x) <x>\nF\n");
        Write("open.h", "F(1\n");

        AssertSame("a.S", "#include \"name.h\"\n(1) F(2)\n#include \"open.h\"\n) F(3)\n", []);
    }

    [GccFact]
    public void Line_numbers_come_back_after_an_include()
    {
        Write("d/x.h", "\n\nx __LINE__\n#line 50 \"other.h\"\ny __LINE__ __FILE__\n");

        AssertSame("d/a.S", "\n#include \"x.h\"\n\nz __LINE__ __FILE__\n#line 7\n#include \"x.h\"\nw __LINE__\n", []);
    }

    [GccFact]
    public void Forced_includes_and_definitions_come_before_the_unit()
    {
        Write("inc1/f.h", "#define F(x) x Y X\nforced __FILE__ __INCLUDE_LEVEL__\n");
        Write("inc1/g.h", "second Z(1)\n");

        AssertSame("a.S", "F(1) Z(2)\n", ["inc1"], ["f.h", "g.h"], ["X", "Y=2 3", "Z(a)=<a>", "E="]);
    }

    [GccFact]
    public void Has_include_finds_what_include_finds()
    {
        Write("inc1/x.h", "");
        Write("y.h", "");

        AssertSame(
            "a.S",
            """
            #define H <x.h>
            #if __has_include(<x.h>) && __has_include("x.h") && __has_include("y.h") && !__has_include(<y.h>) && __has_include(H)
            yes
            #endif
            #if defined(__has_include) && __has_include("z.h")
            #else
            no
            #endif

            """,
            ["inc1"]);
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_directory, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private void AssertSame(string path, string text, string[] directories, string[]? forced = null, string[]? defines = null)
    {
        Write(path, text);
        var options = new PreprocessorOptions { IncludeDirectories = directories, ForcedIncludes = forced ?? [], Defines = defines ?? [] };
        var (_, output) = GccPreprocessor.Run(
            _directory,
            [
                "-E", "-nostdinc", .. directories.Select(directory => "-I" + directory), .. options.Defines.Select(define => "-D" + define),
                .. options.ForcedIncludes.SelectMany(file => new[] { "-include", file }), path,
            ]);

        var result = new Preprocessor(options, new FileResolver(_directory)).Process(new SourceText(path, text));

        Assert.Equal(GccPreprocessor.Parse(output), PreprocessedLine.Of(result));
    }
}
