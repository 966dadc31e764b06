using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>The state of one reading: takes statements off the input one by one and executes them.</summary>
internal sealed partial class AssemblerRun
{
    private static readonly string[] PseudoPrefixes = ["disp8", "disp16", "disp32", "load", "store", "vex", "vex2", "vex3", "evex", "rex", "nooptimize"];

    private readonly AssemblerOptions _options;
    private readonly FileText _file;
    private readonly InputStack _input = new();
    private readonly NameTable _names = new();
    private readonly Scrubber _scrubber = new();
    private readonly TracedTextBuilder _expansion = new();
    private readonly ConditionalStack _conditionals = new();
    private readonly SymbolTable _symbols = new();
    private readonly List<Statement> _statements = [];
    private readonly DiagnosticBag _diagnostics;
    private readonly ConstantReader _constants;
    private readonly OperandChecker _operands;
    private readonly ArgumentSplitter _arguments;
    private AssemblerState _state = new();

    public AssemblerRun(AssemblerOptions options, IReadOnlyList<LogicalLine> lines, AssemblyListing? previous, SourceVersions? versions)
    {
        _options = options;
        _diagnostics = new DiagnosticBag(options.MaxDiagnostics);
        _constants = new ConstantReader(_symbols, new Distances(_statements, _symbols, () => _state.Sections.Subsection), _diagnostics, options.MaxExpressionDepth);
        _operands = new OperandChecker(_diagnostics, _constants);
        _arguments = new ArgumentSplitter(_diagnostics, EvaluatePrefix);
        _file = new FileText(lines, _scrubber);
        _input.Push(new InputText(_file.Text, null, 1));
        foreach (var symbol in options.Symbols)
        {
            _symbols.Assign(symbol.Key, new SymbolAssignment(-1, ExpressionValue.Constant(symbol.Value)));
        }

        _symbols.Recorder = _recorder;
        if (previous is not null && versions is not null && PreviousReading.Of(previous, versions, _file, _symbols, options) is { } usable)
        {
            _previous = usable;
            _statements.Capacity = usable.Statements.Count + 64;
            _mover = new FrameMover(usable, _file);
        }
    }

    private int Sequence => _statements.Count;

    public AssemblyListing Run(CancellationToken cancellationToken)
    {
        while (TryReadStatement(cancellationToken, out var statement))
        {
            if ((++_state.Read & 0xff) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (_state.Read > _options.MaxStatements)
            {
                _diagnostics.Report(AssemblerDiagnostics.ExpansionBound, statement, $"more than {_options.MaxStatements} statements; reading stops here");
                break;
            }

            Execute(statement);
            if (_diagnostics.IsFull)
            {
                break;
            }
        }

        _symbols.Recorder = null;
        return new AssemblyListing
        {
            Statements = _statements,
            Symbols = _symbols,
            Macros = _macros,
            MacroCalls = _macroCalls,
            Diagnostics = _diagnostics.Diagnostics,
            RepeatedStatements = _repeated,
            Record = new ReadingRecord(_options, _file, _passages),
        };
    }

    private bool TryReadStatement(CancellationToken cancellationToken, out TextSlice statement)
    {
        while (true)
        {
            if (_input.Depth == 0 && _conditionals.Count == 0)
            {
                Turn(cancellationToken);
            }

            if (_input.Top.TryRead(out statement))
            {
                break;
            }

            ReportOpenConditional();
            if (!_input.TryPop(out _))
            {
                return false;
            }

            _diagnostics.Frame = _input.Top.Macro;
        }

        if (_input.Depth == 0)
        {
            _file.MoveTo(statement.Start);
        }

        return true;
    }

    private void Execute(TextSlice statement)
    {
        if (_conditionals.IsSkipping)
        {
            ExecuteSkipped(statement);
            return;
        }

        var text = statement.Source.Text;
        var start = statement.Start;
        while (start < statement.End)
        {
            var isName = Characters.IsNameStart(text[start]);
            if (!isName && !Characters.IsDigit(text[start]))
            {
                if (text[start] == '"' && TryReadQuotedLabel(statement, ref start))
                {
                    continue;
                }

                if (text[start] == '{')
                {
                    ExecuteWithPseudoPrefix(statement.From(start));
                }
                else
                {
                    ReportUnreadable(statement.From(start));
                }

                return;
            }

            var end = Characters.NameEnd(text, start, statement.End);
            var next = Characters.SkipBlanks(text, end, statement.End);
            var following = next < statement.End ? text[next] : '\0';
            if (following == ':')
            {
                DefineLabel(statement.Between(start, end), isName);
                start = Characters.SkipBlanks(text, next + 1, statement.End);
            }
            else if (!isName)
            {
                ReportUnreadable(statement.From(start));
                return;
            }
            else if (following == '=' && _names.Get(text, start, end - start).Folded.Directive.IsConditional())
            {
                OpenWithoutLeftSide(statement.From(start), next);
                return;
            }
            else if (following == '=')
            {
                Assign(statement.From(start), statement.Between(start, end), next);
                return;
            }
            else
            {
                ExecuteOperation(statement.From(start), _names.Get(text, start, end - start).Folded, statement.From(next));
                return;
            }
        }
    }

    private void ExecuteOperation(TextSlice statement, Word word, TextSlice operands)
    {
        // No macro can have the name of a directive.
        if (word.Directive == Directive.None)
        {
            _recorder.Look(word);
        }

        if (word.Macro is { } macro)
        {
            Call(macro, statement, operands);
        }
        else if (word.Directive != Directive.None)
        {
            ExecuteDirective(statement, word, operands);
        }
        else if (word.Text[0] == '.')
        {
            var macros = _macros.Keys.Where(name => name[0] == '.');
            _diagnostics.Report(
                AssemblerDiagnostics.UnknownDirective,
                statement.Between(statement.Start, statement.Start + word.Text.Length),
                $"unknown directive '{word.Text}'.{NearestName.Suggest(word.Text, Directives.Names.Concat(macros))}");
        }
        else if (IsStringOpen(statement))
        {
            ReportUnreadable(statement);
        }
        else
        {
            EmitInstruction(statement, word, operands);
        }
    }

    // {disp32} and the like choose among encodings of the instruction that follows (info as, "i386-Mnemonics"), not what it does.
    private void ExecuteWithPseudoPrefix(TextSlice statement)
    {
        _recorder.Inspect(statement, _diagnostics.Frame);
        var text = statement.Source.Text;
        var i = statement.Start;
        while (i < statement.End && text[i] == '{')
        {
            var close = text.IndexOf('}', i, statement.End - i);
            var name = close < 0 ? statement.From(i) : statement.Between(i + 1, close);
            if (!PseudoPrefixes.Contains(name.ToString().ToLowerInvariant()))
            {
                _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, name, $"expected one of {{{string.Join("}, {", PseudoPrefixes)}}} before the instruction");
                return;
            }

            i = Characters.SkipBlanks(text, close + 1, statement.End);
        }

        var end = Characters.NameEnd(text, i, statement.End);
        if (i >= statement.End || !Characters.IsNameStart(text[i]))
        {
            _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, statement, $"an instruction must follow '{statement}'");
            return;
        }

        EmitInstruction(statement, _names.Get(text, i, end - i).Folded, statement.From(Characters.SkipBlanks(text, end, statement.End)));
    }

    private void EmitInstruction(TextSlice statement, Word word, TextSlice operands)
    {
        // A prefix and its instruction are one statement; the mnemonic is what it is about.
        var text = statement.Source.Text;
        while (word.IsPrefix && operands.Start < operands.End && Characters.IsNameStart(text[operands.Start]))
        {
            var end = Characters.NameEnd(text, operands.Start, operands.End);
            word = _names.Get(text, operands.Start, end - operands.Start).Folded;
            operands = operands.From(Characters.SkipBlanks(text, end, operands.End));
        }

        Emit(StatementKind.Instruction, word.Text, statement, operands);
    }

    private void Emit(StatementKind kind, string name, TextSlice statement, TextSlice operands, Directive directive = Directive.None)
    {
        var line = _file.Current;
        _statements.Add(new Statement((IReadText?)_diagnostics.Frame ?? _file, statement.Start, statement.End, operands.Start)
        {
            Sequence = _statements.Count,
            Kind = kind,
            Section = _state.Sections.Current,
            Subsection = _state.Sections.Subsection,
            CodeBits = _state.CodeBits,
            Name = name,
            Directive = directive,
            File = line.File,
            Line = line.Line,
        });
    }

    private void ReportUnreadable(TextSlice statement) => _diagnostics.Report(
        AssemblerDiagnostics.MalformedStatement,
        statement,
        IsStringOpen(statement)
            ? "the string is not closed on its line"
            : $"expected a label, directive, macro or instruction, not '{statement.Source.Text[statement.Start]}'");

    // A string that no quote closes reaches to the end of its statement.
    private static bool IsStringOpen(TextSlice statement)
    {
        var text = statement.Source.Text;
        var first = statement.Characters.IndexOf('"');
        for (var i = first < 0 ? statement.End : statement.Start + first; i < statement.End; i++)
        {
            if (text[i] == '"')
            {
                i = Characters.StringEnd(text, i, statement.End);
                if (i >= statement.End)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
