using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>The preprocessor's macros at the end of a unit.</summary>
public sealed class MacroTable
{
    private readonly MacroState _macros;
    private readonly BuiltInNames _builtIns;

    internal MacroTable(MacroState macros, BuiltInNames builtIns)
    {
        _macros = macros;
        _builtIns = builtIns;
        Used = [.. macros.Used.Select(name => name.Text).OrderBy(name => name, StringComparer.Ordinal)];
    }

    /// <summary>The names of all macros that are defined, in ordinal order.</summary>
    public IReadOnlyList<string> Names => field ??= [.. _macros.All().Select(macro => macro.Name.Text).OrderBy(name => name, StringComparer.Ordinal)];

    /// <summary>The names that were expanded or tested by a conditional, defined or not, in ordinal order.</summary>
    public IReadOnlyList<string> Used { get; }

    /// <summary>The names of object-like macros that were defined in a text and fit a condition, in ordinal order.</summary>
    /// <param name="condition">Whether a name, defined in a text, is wanted.</param>
    public IReadOnlyList<string> ObjectLikeNames(Func<string, SourceText, bool> condition)
    {
        var names = new List<string>();
        foreach (var macro in _macros.All())
        {
            if (macro is { IsFunctionLike: false, Source: { } source } && condition(macro.Name.Text, source))
            {
                names.Add(macro.Name.Text);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>Looks a macro up; null when there is none of that name.</summary>
    public MacroInfo? Find(string name)
    {
        if (_macros.Find(_macros.Names.Get(name)) is not { } macro)
        {
            return null;
        }

        return new MacroInfo(name, macro.Parameters?.Select(parameter => parameter.Text).ToArray(), macro.IsVariadic, Spell(macro.WrittenBody), macro.NameSpan);
    }

    /// <summary>Expands an object-like macro and computes it as <c>#if</c> would; false when it is no integer constant expression.</summary>
    /// <param name="name">The macro.</param>
    /// <param name="value">Its value, or 0.</param>
    public bool TryEvaluate(string name, out long value)
    {
        value = 0;
        var symbol = _macros.Names.Get(name);
        if (_macros.Find(symbol) is not { IsFunctionLike: false, BuiltIn: BuiltInMacro.None } macro)
        {
            return false;
        }

        lock (_macros)
        {
            var options = new PreprocessorOptions();
            var diagnostics = new DiagnosticSink(options.MaxDiagnostics);
            var budget = new ExpansionBudget(options, diagnostics, CancellationToken.None);
            var source = new OneName(new Token { Kind = TokenKind.Name, Name = symbol, Spelling = macro.Source, Start = macro.NameStart, Length = name.Length });
            var expander = new MacroExpander(_macros, source, budget, diagnostics) { InDirective = true };
            var condition = new Condition(expander, _macros, _builtIns, hasInclude: null, namesAreErrors: true);
            var result = condition.Evaluate();
            expander.Abandon();
            if (condition.Error is not null || diagnostics.Diagnostics.Count > 0)
            {
                return false;
            }

            value = (long)result.Bits;
            return true;
        }
    }

    private static TracedText Spell(ArraySegment<Token> body)
    {
        var text = new TracedTextBuilder();
        for (var i = 0; i < body.Count; i++)
        {
            ref readonly var token = ref body.Array![body.Offset + i];
            if (i > 0 && token.SpaceBefore)
            {
                text.AppendSynthesized(" ", (SourceText)token.Spelling!, token.Start);
            }

            token.AppendTo(text, null);
        }

        return text.ToTracedText();
    }

    /// <summary>Gives one name.</summary>
    private sealed class OneName(Token name) : ITokenSource
    {
        private bool _isGiven;

        public Token Next()
        {
            if (_isGiven)
            {
                return Token.EndOfInput;
            }

            _isGiven = true;
            return name;
        }

        public void StepBack() => _isGiven = false;

        public string Evaluate(BuiltInMacro macro, in Token use) => "\"\"";

        public void Pragma(in Token text)
        {
        }
    }
}

/// <summary>One macro, as defined.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">The parameters of a function-like macro; null for an object-like one.</param>
/// <param name="IsVariadic">The last parameter takes all arguments that are left.</param>
/// <param name="Body">The replacement as written, blanks single and without comments; empty for a macro that the preprocessor makes up.</param>
/// <param name="Definition">The name in its definition; null for a macro that the preprocessor makes up.</param>
public sealed record MacroInfo(string Name, IReadOnlyList<string>? Parameters, bool IsVariadic, TracedText Body, SourceSpan? Definition);
