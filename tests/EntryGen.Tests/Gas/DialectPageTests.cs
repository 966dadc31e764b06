using System.Globalization;
using System.Text;
using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Testing;

namespace EntryGen.Tests.Gas;

/// <summary>The tables of docs/dialect.md that come from the code, and the bounds it names.</summary>
public class DialectPageTests
{
    private const string Start = "<!-- directives: written by DialectPageTests -->\n";
    private const string End = "<!-- end -->";

    [Fact]
    public void The_directives_are_those_of_the_table()
    {
        var path = Repository.PathOf("docs", "dialect.md");
        var page = File.ReadAllText(path);
        var start = page.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        var end = page.IndexOf(End, StringComparison.Ordinal);
        var expected = Table();
        if (Environment.GetEnvironmentVariable("ENTRYGEN_ACCEPT_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, page[..start] + expected + page[end..]);
            return;
        }

        Assert.Equal(expected, page[start..end]);
    }

    [Fact]
    public void The_bounds_are_the_defaults()
    {
        // Every row that names an option says its default; multiples of 2^20 are written with Mi.
        var stated = File.ReadAllLines(Repository.PathOf("docs", "dialect.md"))
            .SkipWhile(line => line != "## Bounds")
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains("| `Max", StringComparison.Ordinal))
            .Select(line => line.Split('|'))
            .ToDictionary(cells => cells[3].Trim(' ', '`'), cells => cells[2].Trim().Split(',', ' ') is [var number, "Mi"] ? number + " Mi" : cells[2].Trim().Split(", ")[0]);
        object[] options = [new PreprocessorOptions(), new AssemblerOptions(), new ProgramOptions()];
        var defaults = options.SelectMany(option => option.GetType().GetProperties().Where(property => property.Name.StartsWith("Max", StringComparison.Ordinal))
            .Select(property => (property.Name, Value: (int)property.GetValue(option)!))).Distinct();
        Assert.Equal(
            defaults.Select(bound => (bound.Name, bound.Value >= 1 << 20 && bound.Value % (1 << 20) == 0 ? $"{bound.Value >> 20} Mi" : bound.Value.ToString("N0", CultureInfo.InvariantCulture))).Order(),
            stated.Select(row => (row.Key, row.Value)).Order());
    }

    private static string Table()
    {
        var table = new StringBuilder("\n| | |\n|---|---|\n");
        Row("conditionals", directive => directive.IsConditional());
        Row("macros and repetitions", directive => directive is >= Directive.Macro and <= Directive.NormalSyntax);
        Row("symbols", directive => directive is >= Directive.Set and <= Directive.Common);
        Row("sections", directive => directive is >= Directive.Section and <= Directive.Subsection);
        Row("numbers", directive => directive is Directive.Numbers);
        Row("strings", directive => directive is Directive.Strings);
        Row("alignment and space", directive => directive is >= Directive.Alignment and <= Directive.Origin);
        Row("what a symbol is", directive => directive is >= Directive.SymbolNames and <= Directive.SymbolType);
        Row("modes of code", directive => directive is Directive.CodeMode);
        Row("messages, end", directive => directive is >= Directive.Error and <= Directive.End);
        Row("refused", directive => directive is Directive.Unsupported);
        Row("listed, operands not looked at", directive => directive is Directive.PassedOn);
        return table.Append('\n').ToString();

        void Row(string title, Func<Directive, bool> belongs) =>
            table.Append($"| {title} | {string.Join(' ', Directives.Names.Where(name => belongs(Directives.Find(name))).Order(StringComparer.Ordinal).Select(name => $"`{name}`"))} |\n");
    }
}
