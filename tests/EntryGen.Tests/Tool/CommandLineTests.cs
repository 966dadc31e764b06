namespace EntryGen.Tests.Tool;

/// <summary>What the tool says to a wrong call: one message on standard error, exit code 2.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly ToolWorkspace _workspace = new ToolWorkspace().With("nop.S", "one:\n\tnop\n");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void No_command() => _workspace.Run().RefusedWith("Required command was not provided. See 'entrygen --help'.");

    [Fact]
    public void Unknown_command() => _workspace.Run("expnad", "nop.S").RefusedWith("'expnad' is no command of entrygen. Did you mean 'expand'? See 'entrygen --help'.");

    [Theory]
    [InlineData("--help", "  entrygen [command] [options]")]
    [InlineData("trace --help", "  entrygen trace <SYMBOL> [<FILE>...] [options]")]
    public void Help_calls_the_command_by_its_name(string call, string usage) =>
        Assert.Contains(usage, _workspace.Run(call.Split(' ')).Succeeded().Output.Split('\n').Select(line => line.TrimEnd('\r')));

    [Fact]
    public void No_file() => _workspace.Run("expand").RefusedWith("Required argument missing for command: 'expand'. See 'entrygen expand --help'.");

    [Fact]
    public void Unknown_option() => _workspace.Run("expand", "nop.S", "--symbl", "one").RefusedWith("--symbl: no such option. Did you mean '--symbol'? See 'entrygen expand --help'.");

    [Fact]
    public void Unknown_format() => _workspace.Run("expand", "nop.S", "--format", "xml").RefusedWith("'xml' is no format: --format takes text or json. See 'entrygen expand --help'.");

    [Fact]
    public void File_that_is_not_there() => _workspace.Run("expand", "absent.S").RefusedWith("absent.S: no such file.");

    [Fact]
    public void Directory_for_a_file()
    {
        _workspace.With("entry/one.S", "nop\n");
        _workspace.Run("expand", "entry").RefusedWith("entry: this is a directory; give an assembly file.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n \t\n")]
    public void Empty_file(string text)
    {
        _workspace.With("empty.S", text);
        _workspace.Run("expand", "empty.S").RefusedWith("empty.S:1:1: the file is empty.");
    }

    [Fact]
    public void File_that_is_not_text()
    {
        _workspace.With("object.o", "\u007fELF\n\u0002\0\0");
        _workspace.Run("expand", "object.o").RefusedWith("object.o:2:2: this is not a text file.");
    }

    [Fact]
    public void File_whose_lines_end_in_carriage_returns()
    {
        _workspace.With("mac.S", "nop\rcli\r").With("dos.S", "nop\r\ncli\r\n");
        _workspace.Run("expand", "mac.S").RefusedWith("mac.S:1:4: lines end in carriage returns alone, which no assembler takes for the end of a line; convert the file to newlines.");
        _workspace.Run("expand", "dos.S").Succeeded();
    }

    [Theory]
    [InlineData("expand")]
    [InlineData("lint")]
    public void File_in_another_encoding(string command)
    {
        _workspace.With("latin.S", "nop\n").With("good.S", "nop # \uFFFD\n\t.ascii \"\uFFFD\"\n");
        File.WriteAllBytes(Path.Combine(_workspace.Directory, "latin.S"), "nop\n\t.ascii \"\u00ff\"\n"u8.ToArray().Where(value => value != 0xc3).ToArray());
        _workspace.Run(command, "latin.S").RefusedWith("latin.S:2:10: this is not UTF-8; convert the file, for instance by iconv.");
        Assert.Equal(0, _workspace.Run(command, "good.S").ExitCode);
    }

    [Fact]
    public void Tree_that_is_not_there() => _workspace.Run("expand", "nop.S", "--tree", "linux").RefusedWith("linux: there is no such directory (--tree).");

    [Fact]
    public void File_for_a_tree() => _workspace.Run("expand", "nop.S", "--tree", "nop.S").RefusedWith("nop.S: --tree takes a directory, and this is a file.");

    [Fact]
    public void Directory_that_is_no_tree() =>
        _workspace.Run("expand", "nop.S", "--tree", ".").RefusedWith(".: no include/linux/kconfig.h, so this is not a kernel source tree (--tree).");

    [Fact]
    public void Tree_without_built_headers()
    {
        _workspace.WithTree();
        _workspace.Run("expand", "nop.S", "--tree", "tree")
            .RefusedWith("tree: no include/generated/autoconf.h, so these are not built headers; give a build directory or a headers package by --headers.");
    }

    [Fact]
    public void Headers_without_a_tree()
    {
        _workspace.WithTree();
        _workspace.Run("expand", "nop.S", "--headers", "headers").RefusedWith("--headers belongs to a kernel source tree: give that by --tree.");
    }

    [Fact]
    public void Config_that_is_not_there() => _workspace.Run("expand", "nop.S", "--config", "nopti.h").RefusedWith("nopti.h: no such file.");

    [Fact]
    public void Help_names_every_command_and_option()
    {
        var help = _workspace.Run("--help");
        Assert.Equal(0, help.ExitCode);
        Assert.Contains("expand", help.Output, StringComparison.Ordinal);
        Assert.Contains("trace", help.Output, StringComparison.Ordinal);
        Assert.All(
            ["--tree", "--headers", "--config", "-I", "-D", "--symbol", "--format"],
            option => Assert.Contains(option, _workspace.Run("expand", "--help").Succeeded().Output, StringComparison.Ordinal));
    }
}
