using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>The preprocessor's macros at the end of a unit.</summary>
public sealed class MacroTable
{
    private readonly MacroState _macros;
    private readonly BuiltInNames _builtIns;
    private readonly Name[] _used;
    private Evaluator? _evaluator;

    internal MacroTable(MacroState macros, BuiltInNames builtIns)
    {
        _macros = macros;
        _builtIns = builtIns;
        _used = [.. macros.Used];
    }

    /// <summary>The names of all macros that are defined, in ordinal order.</summary>
    public IReadOnlyList<string> Names => field ??= [.. _macros.All().Select(macro => macro.Name.Text).OrderBy(name => name, StringComparer.Ordinal)];

    /// <summary>The names that were expanded or tested by a conditional, defined or not, in ordinal order.</summary>
    public IReadOnlyList<string> Used => field ??= [.. _used.Distinct().Select(name => name.Text).OrderBy(name => name, StringComparer.Ordinal)];

    /// <summary>The names of object-like macros that were defined in a text and fit a condition, in ordinal order.</summary>
    /// <param name="condition">Whether a name, defined in a text, is wanted.</param>
    public IReadOnlyList<string> ObjectLikeNames(Func<string, SourceText, bool> condition)
    {
        var names = new List<string>();
        foreach (var macro in _macros.All())
        {
            if (macro is { IsFunctionLike: false, Source: { } source } && condition(macro.Name.Text, source.Resolve(macro.NameStart).Source))
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
            _evaluator = _evaluator is { IsSpent: false } ? _evaluator : new Evaluator(_macros, _builtIns);
            return _evaluator.TryEvaluate(new Token { Kind = TokenKind.Name, Name = symbol, Spelling = macro.Source, Start = macro.NameStart, Length = name.Length }, out value);
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

    /// <summary>Expands and computes one macro after the other; hundreds of features and offsets are asked for by name.</summary>
    private sealed class Evaluator
    {
        // A budget is for one unit's worth of expansions.
        private const int MaxUses = 1_000;

        private readonly MacroState _macros;
        private readonly BuiltInNames _builtIns;
        private readonly DiagnosticSink _diagnostics;
        private readonly OneName _source = new();
        private readonly MacroExpander _expander;
        private int _uses;

        public Evaluator(MacroState macros, BuiltInNames builtIns)
        {
            var options = new PreprocessorOptions();
            _macros = macros;
            _builtIns = builtIns;
            _diagnostics = new DiagnosticSink(options.MaxDiagnostics);
            _expander = new MacroExpander(macros, _source, new ExpansionBudget(options, _diagnostics, CancellationToken.None), _diagnostics) { InDirective = true };
        }

        /// <summary>Another one must take its place: an expansion went wrong here, or there were enough.</summary>
        public bool IsSpent => _diagnostics.Diagnostics.Count > 0 || _uses >= MaxUses;

        public bool TryEvaluate(in Token name, out long value)
        {
            _uses++;
            _source.Give(name);
            var condition = new Condition(_expander, _macros, _builtIns, hasInclude: null, namesAreErrors: true);
            var result = condition.Evaluate();
            _expander.Abandon();
            value = condition.Error is null && _diagnostics.Diagnostics.Count == 0 ? (long)result.Bits : 0;
            return condition.Error is null && _diagnostics.Diagnostics.Count == 0;
        }
    }

    /// <summary>Gives one name.</summary>
    private sealed class OneName : ITokenSource
    {
        private Token _name;
        private bool _isGiven;

        public void Give(in Token name)
        {
            _name = name;
            _isGiven = false;
        }

        public Token Next()
        {
            if (_isGiven)
            {
                return Token.EndOfInput;
            }

            _isGiven = true;
            return _name;
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
