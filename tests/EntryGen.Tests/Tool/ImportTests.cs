using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Tool;

/// <summary><c>entrygen import</c>.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly ToolWorkspace _workspace = new ToolWorkspace()
        .With("unit.S", """
            /* The unit. */
            #include "calling.h"
            #ifdef WITH_PUSH
            # define SAVED %rbx
            #else
            # define SAVED %rcx
            #endif
            .globl start
            start:		/* begins */
            	SAVE reg=SAVED
            	ret

            """)
        .With("calling.h", """
            #ifndef CALLING_H
            #define CALLING_H
            #define UNUSED 1
            #define MOVE(from, to)	\
            	movq from, to
            /* Saves a register. */
            .macro SAVE reg:req
            #ifdef WITH_PUSH
            	pushq	\reg
            #endif
            	MOVE(\reg, %rax)
            .endm
            #endif

            """);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void One_file_holds_everything_with_its_places()
    {
        Assert.Equal(
            """
            /* entrygen import unit.S -D WITH_PUSH */
            # 1 "<command-line>"
            #define WITH_PUSH 1
            # 2 "unit.S"

            # 1 "calling.h"

            #define CALLING_H
            # 4 "calling.h"
            #define MOVE(from, to)	\
            	movq from, to
            /* Saves a register. */
            .macro SAVE reg:req

            	pushq	\reg

            	MOVE(\reg, %rax)
            .endm

            # 3 "unit.S"

            # define SAVED %rbx

            # 8 "unit.S"
            .globl start
            start:		/* begins */
            	SAVE reg=SAVED
            	ret

            """,
            _workspace.Run("import", "unit.S", "-DWITH_PUSH").Succeeded().Output);
    }

    [Fact]
    public void What_is_imported_is_read_as_the_original_was()
    {
        _workspace.Run("import", "unit.S", "-DWITH_PUSH", "-o", "out.S").Succeeded();
        var expected = _workspace.Run("expand", "unit.S", "-DWITH_PUSH", "--format", "json").Succeeded().Output;
        Assert.Equal(expected, _workspace.Run("expand", "out.S", "--format", "json").Succeeded().Output);

        // So is what is imported of that.
        _workspace.Run("import", "out.S", "-o", "again.S").Succeeded();
        Assert.Equal(expected, _workspace.Run("expand", "again.S", "--format", "json").Succeeded().Output);
    }

    [Fact]
    public void A_message_names_the_original_place()
    {
        _workspace.Run("import", "unit.S", "-o", "out.S").Succeeded();
        var file = Path.Combine(_workspace.Directory, "out.S");
        File.WriteAllText(file, File.ReadAllText(file).Replace("MOVE(\\reg", "MOVE(\\res", StringComparison.Ordinal));
        var run = _workspace.Run("expand", "out.S");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("calling.h:11:", run.Error, StringComparison.Ordinal);
        Assert.Contains("unit.S:10:2: note: in expansion of macro 'SAVE'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_project_it_runs_alone_and_diagnostics_name_the_original_place()
    {
        var text = _workspace.Run("import", "unit.S", "-DWITH_PUSH").Succeeded().Output;
        var project = TestProject.Of("using EntryGen;\n[EntryCode(Source = \"out.S\", Entries = [\"start\"])]\nstatic partial class Unit;\n");
        Assert.Empty(project.WithFile("/project/out.S", text).Generate().Problems);
        Assert.Empty(await project.WithFile("/project/out.S", text).AnalyzeAsync());

        var wrong = await project.WithFile("/project/out.S", text.Replace("pushq\t\\reg", "pushq\t%rxx", StringComparison.Ordinal)).AnalyzeAsync();
        var place = Assert.Single(wrong).Location.GetLineSpan();
        Assert.Equal(("calling.h", 8, 7), (place.Path, place.StartLinePosition.Line, place.StartLinePosition.Character));
    }

    [Theory]
    [InlineData("one.S: only one file can be read at a time.", "unit.S", "one.S")]
    [InlineData("absent.S: no such file.", "absent.S")]
    public void Wrong_calls_are_refused(string message, params string[] files)
    {
        var run = _workspace.Run(["import", .. files]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_not_imported()
    {
        _workspace.With("wrong.S", "\tSAVE %rax\n#include \"absent.h\"\n");
        var run = _workspace.Run("import", "wrong.S");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("wrong.S:2:", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_cannot_be_written_is_said() =>
        Assert.Contains("no/such/out.S", _workspace.Run("import", "unit.S", "-o", "no/such/out.S").Error, StringComparison.Ordinal);
}
