using System.Globalization;
using System.Text;
using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Text;
using EntryGen.Testing;

namespace EntryGen.Tests.Gas;

/// <summary>The tables of docs/dialect.md that come from the code, and the bounds it names.</summary>
public class DialectPageTests
{
    private const string End = "<!-- end -->";

    [Fact]
    public void The_directives_are_those_of_the_table() => AssertIsCurrent("directives", DirectiveTable());

    [Fact]
    public void The_preprocessor_knows_what_the_page_lists() => AssertIsCurrent("preprocessor", Preprocessor());

    [Fact]
    public void The_operators_bind_as_the_page_says() => AssertIsCurrent("operators", Operators());

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

    private static void AssertIsCurrent(string part, string expected)
    {
        var path = Repository.PathOf("docs", "dialect.md");
        var page = File.ReadAllText(path);
        var marker = $"<!-- {part}: written by DialectPageTests -->\n";
        var start = page.IndexOf(marker, StringComparison.Ordinal) + marker.Length;
        var end = page.IndexOf(End, start, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("ENTRYGEN_ACCEPT_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, page[..start] + expected + page[end..]);
            return;
        }

        Assert.Equal(expected, page[start..end]);
    }

    private static string DirectiveTable()
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

        void Row(string title, Func<Directive, bool> belongs) => Append(table, title, Directives.Names.Where(name => belongs(Directives.Find(name))));
    }

    private static string Preprocessor()
    {
        var table = new StringBuilder("\n| | |\n|---|---|\n");
        Append(table, "directives", DirectiveNames.All.Where(name => DirectiveNames.Find(name) != DirectiveKind.Ignored).Select(name => "#" + name));
        Append(table, "without effect", DirectiveNames.All.Where(name => DirectiveNames.Find(name) == DirectiveKind.Ignored).Select(name => "#" + name));
        var names = new BuiltInNames(new EntryGen.Asm.Cpp.NameTable());
        Append(table, "names of its own", names.Macros.Select(macro => macro.Name.Text).Concat([names.Defined.Text, names.VariableArguments.Text, names.VariableOption.Text]));
        return table.Append('\n').ToString();
    }

    // Whatever spelling the parser takes for an operator between two names.
    private static string Operators()
    {
        const string characters = "*/%<>|&^!+-=~?@";
        var spellings = characters.Select(c => c.ToString()).Concat(characters.SelectMany(first => characters.Select(second => $"{first}{second}")));
        var operators = new List<(string Spelling, BinaryOperator Operator)>();
        foreach (var spelling in spellings)
        {
            var text = TracedText.Of(new SourceText("t", $"a{spelling}b"));
            // (a plus behind an operator is a prefix, which leaves no trace)
            if (!(spelling.Length == 2 && spelling[1] == '+') && ExpressionParser.Parse(text, out _) is BinaryExpression { Left: SymbolExpression { Length: 1 }, Right: SymbolExpression { Length: 1 } } binary)
            {
                operators.Add((spelling, binary.Operator));
            }
        }

        var list = new StringBuilder("\n1. prefix `-` `~` `!` `+`\n");
        var place = 2;
        foreach (var rank in operators.GroupBy(entry => ExpressionParser.Rank(entry.Operator)).OrderByDescending(group => group.Key))
        {
            list.Append(CultureInfo.InvariantCulture, $"{place++}. {string.Join(' ', rank.OrderBy(entry => entry.Operator).Select(entry => $"`{entry.Spelling}`"))}\n");
        }

        return list.Append('\n').ToString();
    }

    private static void Append(StringBuilder table, string title, IEnumerable<string> names) =>
        table.Append("| ").Append(title).Append(" | ").AppendJoin(' ', names.Order(StringComparer.Ordinal).Select(name => $"`{name}`")).Append(" |\n");
}
