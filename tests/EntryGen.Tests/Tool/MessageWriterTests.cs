
using EntryGen.Tool.Messages;
using Spectre.Console;

namespace EntryGen.Tests.Tool;

/// <summary>Messages on a terminal.</summary>
public sealed class MessageWriterTests
{
    [Theory]
    [InlineData("entry.S:2:9: error: There is no instruction 'movz[q]'. [EG0060]", true)]
    [InlineData("dir[1]/entry.S:1:1: error: '.macro A' has no .endm [EG0030]", true)]
    [InlineData("[/] no such file: EG", false)]
    [InlineData("--features: no CPU feature is called 'PCIDD'.", false)]
    public void Markup_changes_the_look_and_no_character(string message, bool hasRule)
    {
        var markup = MessageWriter.Markup(message);
        Assert.Equal(message, Markup.Remove(markup));
        Assert.Equal(hasRule, markup.Contains("[red][[EG", StringComparison.Ordinal));
    }

    [Fact]
    public void Redirected_output_is_the_plain_line()
    {
        using var writer = new StringWriter();
        MessageWriter.Write(writer, "entry.S:2:9: error: [odd] [EG0060]");
        Assert.Equal("entry.S:2:9: error: [odd] [EG0060]" + Environment.NewLine, writer.ToString());
    }
}
