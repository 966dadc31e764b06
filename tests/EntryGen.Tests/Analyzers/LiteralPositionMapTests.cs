using EntryGen.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EntryGen.Tests.Analyzers;

/// <summary>Every character of a literal's value is found where it was written, whatever the literal's form.</summary>
public sealed class LiteralPositionMapTests
{
    public static TheoryData<string> Literals =>
    [
        "\"plain\"",
        "\"\"",
        """
        "tab\tquote\"backslash\\ nul\0 hex\x41 u\u0042 U\U00000043 e\e end"
        """,
        "\"two\\nlines\"",
        "\"astral \\U0001F600 and after\"",
        "@\"verbatim \\ \"\"quoted\"\"\r\n  second line\"",
        "\"\"\"single raw \"with quotes\" \\n\"\"\"",
        "\"\"\"\"four \"\"\" three\"\"\"\"",
        "\"\"\"\n    first\n      second\n    third\n    \"\"\"",
        "\"\"\"\r\n\tfirst\r\n\r\n\t\tsecond\r\n\t\"\"\"",
        "\"\"\"\n    blank lines shorter than the indentation\n\n  \n    and longer\n        \n    \"\"\"",
        "\"\"\"\n\n    \"\"\"",
        "\"\"\"\nno indentation\n\"\"\"",
        "(\"a\" + (\"b\\n\" + @\"c\"))",
        "\"a\"\n    + \"\"\"\n        b\n        \"\"\"",
    ];

    [Theory]
    [MemberData(nameof(Literals))]
    public void EveryCharacter_IsWhereItWasWritten(string literal)
    {
        var (expression, value) = Compile(literal);
        var map = LiteralPositionMap.Of(expression, value);
        var text = expression.SyntaxTree.GetText();

        Assert.True(map.IsExact);
        var previousEnd = expression.SpanStart;
        for (var i = 0; i < value.Length; i++)
        {
            var span = map.SpanOf(i, 1);
            var written = text.ToString(span);
            Assert.True(expression.Span.Contains(span));
            Assert.True(span.Start >= previousEnd || (i > 0 && char.IsLowSurrogate(value[i])), $"character {i} of {literal}");
            Assert.True(written == value[i].ToString() || written == "\"\"" || written.StartsWith('\\'), $"character {i}: {written}");
            previousEnd = span.End;
        }
    }

    [Fact]
    public void SpanOfSeveralCharacters_CoversEscapes()
    {
        var (expression, value) = Compile("\"a\\tbc\"");

        Assert.Equal("\\tb", Written(expression, value, 1, 2));
    }

    [Fact]
    public void SpanAcrossLines_KeepsTheIndentationBetween()
    {
        var (expression, value) = Compile("\"\"\"\n    ab\n    cd\n    \"\"\"");

        Assert.Equal("b\n    c", Written(expression, value, 1, 3));
    }

    [Fact]
    public void EmptySpan_IsAPlaceBetweenCharacters()
    {
        var (expression, value) = Compile("\"abc\"");

        Assert.Equal("", Written(expression, value, 1, 0));
        Assert.Equal(expression.SpanStart + 4, LiteralPositionMap.Of(expression, value).SpanOf(3, 0).Start);
        Assert.Equal(expression.SpanStart + 4, LiteralPositionMap.Of(expression, value).SpanOf(99, 5).Start);
    }

    [Theory]
    [InlineData("nameof(Constant)")]
    [InlineData("\"a\" + Constant")]
    [InlineData("$\"{Constant}b\"")]
    [InlineData("true ? \"a\" : \"b\"")]
    public void ExpressionThatIsNotWrittenOut_IsUnderlinedAsAWhole(string written)
    {
        var (expression, value) = Compile(written);
        var map = LiteralPositionMap.Of(expression, value);

        Assert.False(map.IsExact);
        Assert.Equal(expression.Span, map.SpanOf(1, 1));
    }

    [Fact]
    public void ValueThatIsNotTheLiterals_IsNotTrusted()
    {
        var (expression, _) = Compile("\"abc\"");

        Assert.False(LiteralPositionMap.Of(expression, "abd").IsExact);
    }

    private static string Written(ExpressionSyntax expression, string value, int start, int length) =>
        expression.SyntaxTree.GetText().ToString(LiteralPositionMap.Of(expression, value).SpanOf(start, length));

    private static (ExpressionSyntax Expression, string Value) Compile(string expression)
    {
        var tree = CSharpSyntaxTree.ParseText($"class C {{ const string Constant = \"c\"; const string Text = {expression}; }}");
        var compilation = CSharpCompilation.Create("Literals", [tree], [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)]);
        var declarator = tree.GetRoot().DescendantNodes().OfType<VariableDeclaratorSyntax>().Last();
        var field = (IFieldSymbol)compilation.GetSemanticModel(tree).GetDeclaredSymbol(declarator)!;
        return (declarator.Initializer!.Value, (string)field.ConstantValue!);
    }
}
