using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Gas;

public class ScrubberTests
{
    [Theory]
    [InlineData("  mov   %rax ,  %rbx", "mov %rax,%rbx")]
    [InlineData("m a + b", "m a+b")]
    [InlineData("m a+ b", "m a+b")]
    [InlineData("m a -b", "m a -b")]
    [InlineData("m 1 - 2", "m 1 - 2")]
    [InlineData("m a * b", "m a * b")]
    [InlineData("m a $b", "m a $b")]
    [InlineData("m a \"s\"", "m a \"s\"")]
    [InlineData("m a (b)", "m a (b)")]
    [InlineData("m a [b]", "m a [b]")]
    [InlineData("m a {b}", "m a {b}")]
    [InlineData("m (1) -1", "m (1)-1")]
    [InlineData("m 8(%rsp) %rdi", "m 8(%rsp)%rdi")]
    [InlineData("m ( 7*32+11)", "m ( 7*32+11)")]
    [InlineData("m a !b ~c", "m a!b~c")]
    [InlineData("m x == y z", "m x==y z")]
    [InlineData("m x:y z", "m x:y z")]
    [InlineData("m a\t\tb", "m a b")]
    [InlineData("name : mov  a", "name:mov a")]
    [InlineData("0 : nop", "0:nop")]
    [InlineData("m \\a  \\b", "m \\a \\b")]
    [InlineData("m \"a  b ; # c\"  d", "m \"a  b ; # c\" d")]
    [InlineData("m a # comment ; x", "m a")]
    [InlineData("m a /* b */ , c", "m a,c")]
    [InlineData("/ all of it", "")]
    [InlineData("m a / b", "m a/b")]
    [InlineData("m 'a' , '\\n , ';", "m 97,10,59")]
    [InlineData("rep ; nop", "rep;nop")]
    [InlineData("x = 5 + 1", "x =5+1")]
    public void Blanks_stay_where_they_separate(string written, string scrubbed) =>
        Assert.Equal(scrubbed, new Scrubber().Scrub(TracedText.Of(new SourceText("t", written))).Text);

    [Fact]
    public void A_text_without_anything_to_change_is_returned_as_it_is()
    {
        var text = TracedText.Of(new SourceText("t", "movq %rax,%rbx\nnop"));
        Assert.Same(text.Text, new Scrubber().Scrub(text).Text);
    }

    [Fact]
    public void Scrubbing_twice_changes_nothing_more()
    {
        const string written = "  a :  m ( x + 1 ) -2 , \"s  t\" $4 'c' # d\n\t/ e\n. = . + 8";
        var once = new Scrubber().Scrub(TracedText.Of(new SourceText("t", written)));
        Assert.Equal(once.Text, new Scrubber().Scrub(once).Text);
    }

    [Fact]
    public void Every_character_keeps_its_place()
    {
        const string written = "m   alpha  ,   -beta # c";
        var scrubbed = new Scrubber().Scrub(TracedText.Of(new SourceText("t", written)));
        foreach (var word in new[] { "alpha", "-beta" })
        {
            var span = scrubbed.SpanOf(scrubbed.Text.IndexOf(word, StringComparison.Ordinal), word.Length)!.Value;
            Assert.Equal(word, written.Substring(span.Start, span.Length));
        }
    }

    [Theory]
    [InlineData("m \"open")]
    [InlineData("m \"open\\")]
    [InlineData("m 'a")]
    [InlineData("m '")]
    [InlineData("m '\\")]
    [InlineData("/*")]
    [InlineData("a /* b")]
    [InlineData("\\")]
    public void Text_that_ends_too_early_is_kept(string written) =>
        Assert.NotNull(new Scrubber().Scrub(TracedText.Of(new SourceText("t", written))).Text);
}
