using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>One run over one unit: the stack of files, their lines and directives.</summary>
internal sealed partial class UnitReader : ITokenSource
{
    private readonly PreprocessorOptions _options;
    private readonly TokenCache _cache;
    private readonly IncludeSearch _search;
    private readonly DiagnosticSink _diagnostics;
    private readonly ExpansionBudget _budget;
    private readonly MacroState _macros;
    private readonly MacroExpander _expander;
    private readonly LineWriter _writer;
    private readonly Stack<OpenFile> _files = new();
    private readonly List<SourceText> _filesRead = [];
    private readonly HashSet<SourceText> _known = [];
    private readonly HashSet<SourceText> _opened = [];
    private readonly List<LineRead> _linesRead = [];
    private SourceText _main = null!;
    private OpenFile _file = null!;

    /// <summary>Where the file stood before the token given last.</summary>
    private (int Line, int Next) _back;

    /// <summary>The current line is a directive: only its own tokens are given.</summary>
    private bool _inDirective;

    private int _counter;

    /// <summary>What <c>__INCLUDE_LEVEL__</c> is in the outermost file: a forced include counts as included.</summary>
    private int _level;

    public UnitReader(PreprocessorOptions options, ISourceResolver resolver, TokenCache cache, PreprocessorRecord? previous, CancellationToken cancellationToken)
    {
        _previous = previous;
        _options = options;
        _cache = cache;
        _search = new IncludeSearch(options, resolver);
        _diagnostics = new DiagnosticSink(options.MaxDiagnostics);
        _budget = new ExpansionBudget(options, _diagnostics, cancellationToken);
        _macros = new MacroState(cache.Names);
        _expander = new MacroExpander(_macros, this, _budget, _diagnostics);
        _writer = new LineWriter(_budget);
    }

    /// <summary>Reads everything: predefined macros, those of the options, forced includes, the unit.</summary>
    public PreprocessorResult Read(SourceText main)
    {
        _main = main;
        _isIndependent = !_options.KeepsLines;
        _follows = _isIndependent && _previous is not null && _previous.Serves(_options, _cache.Names, main.Path);
        ReadPart(null, 0, ReadBuiltIns);
        Know(main);
        foreach (var name in _options.ForcedIncludes)
        {
            if (_search.FindForced(name) is { } found)
            {
                ReadPart(found.Text, found.NextDirectory, () =>
                {
                    _level = 1;
                    ReadFile(found.Text, found.NextDirectory);
                    _level = 0;
                });
            }
            else
            {
                _diagnostics.Report(
                    ReaderDiagnostics.IncludeNotFound, $"'{name}', which is to be included before the unit, is not found: {_search.Describe($"\"{name}\"", "", null)}", (SourceSpan?)null);
            }
        }

        _inUnit = true;
        ReadFile(main, 0);
        _writer.EndLine();
        return new PreprocessorResult
        {
            Lines = _writer.Lines,
            Macros = new MacroTable(_macros, _cache.BuiltIns),
            Diagnostics = _diagnostics.Diagnostics,
            Files = _filesRead,
            IncludedAt = _includedAt,
            LinesRead = _linesRead,
            Record = new PreprocessorRecord(_options, _cache.Names, main.Path, _parts),
        };
    }

    private void ReadPart(SourceText? text, int nextDirectory, Action read)
    {
        if (!TryRepeatPart(text, nextDirectory))
        {
            read();
            EndPart();
        }
    }

    private void ReadBuiltIns()
    {
        foreach (var macro in _cache.BuiltIns.Macros)
        {
            _macros.Define(macro);
        }

        ReadFile(PredefinedMacros.Text, 0);
        if (DefineOptions.ToText(_options.Defines, _diagnostics) is { } defines)
        {
            ReadFile(defines, 0);
        }
    }

    /// <inheritdoc/>
    public Token Next()
    {
        _back = (_file.Line, _file.Next);
        while (true)
        {
            var file = _file;
            if (file.Next < file.End)
            {
                return Take(file);
            }

            if (_inDirective || file.IsAtEnd || _diagnostics.IsFull)
            {
                return Token.EndOfInput;
            }

            if (!GoToNextLine(file))
            {
                return Token.EndOfInput;
            }
        }
    }

    /// <inheritdoc/>
    public void StepBack()
    {
        if (_inDirective)
        {
            _file.Next--;
        }
        else
        {
            _file.GoTo(_back.Line);
            _file.Next = _back.Next;
        }
    }

    private Token Take(OpenFile file)
    {
        var token = file.Text.Tokens[file.Next++];
        if (token.Has(TokenFlags.LineStart) && !_inDirective)
        {
            if (_expander.Search == ArgumentSearch.None)
            {
                BeginLine(file);
            }
            else
            {
                // The newline between arguments is a blank.
                token.Flags |= TokenFlags.SpaceBefore;
            }
        }

        return token;
    }

    private void BeginLine(OpenFile file)
    {
        ref readonly var line = ref file.Text.Lines[file.Line];
        var source = file.Text.Source;
        var (part, offset) = source.Resolve(file.Text.Tokens[line.First].Start);
        if (ReferenceEquals(part, source))
        {
            _writer.BeginLine(file.PresumedFile, line.Number + file.LineOffset);
        }
        else
        {
            _writer.BeginLine(part, part.LineAt(offset));
        }
    }

    /// <summary>Goes on to the next line of text, carrying out the directives before it; false at the end of what may be read now.</summary>
    private bool GoToNextLine(OpenFile file)
    {
        var index = file.Line + 1;
        if (index >= file.Text.Lines.Length)
        {
            // The arguments of a macro end with their file; the file itself ends later, when no call is being read.
            if (_expander.Search == ArgumentSearch.None)
            {
                file.GoTo(index);
                return EndFile(file);
            }

            return false;
        }

        ref readonly var line = ref file.Text.Lines[index];
        if (!_budget.TakeLine(file.Text.Tokens[line.First]))
        {
            return false;
        }

        if (_options.KeepsLines && !ReferenceEquals(file.Text.Source, PredefinedMacros.Text))
        {
            _linesRead.Add(LineRead.Of(file.Text, index));
        }

        if (line.Directive != DirectiveKind.None && _expander.Search != ArgumentSearch.ForParenthesis)
        {
            file.GoTo(index);
            CarryOut(file, line.Directive);
            return true;
        }

        file.GoTo(index);
        return true;
    }

    /// <summary>Reads a file and what it includes to the end.</summary>
    private void ReadFile(SourceText text, int nextDirectory)
    {
        if (_budget.IsExhausted || _diagnostics.IsFull)
        {
            return;
        }

        Open(text, nextDirectory);
        while (true)
        {
            var token = _expander.Next();
            if (token.Kind == TokenKind.End)
            {
                break;
            }

            _writer.Write(token);
        }

        _expander.Abandon();
        _files.Clear();
    }

    private void Open(SourceText text, int nextDirectory)
    {
        var tokens = _cache.Get(text);
        Know(text);
        if (_opened.Add(text))
        {
            foreach (var diagnostic in tokens.Diagnostics)
            {
                _diagnostics.Add(diagnostic);
            }
        }

        _file = new OpenFile(tokens, nextDirectory);
        _files.Push(_file);
    }

    /// <summary>Notes that a file is read; true the first time.</summary>
    private bool Know(SourceText text)
    {
        if (!_known.Add(text))
        {
            return false;
        }

        if (!ReferenceEquals(text, PredefinedMacros.Text))
        {
            _filesRead.Add(text);
        }

        return true;
    }

    /// <summary>Goes back to the including file; false when there is none.</summary>
    private bool EndFile(OpenFile file)
    {
        while (file.Groups.Count > 0)
        {
            var group = file.Groups.Pop();
            var line = file.Text.Lines[group.Line];
            var tokens = file.Text.Tokens;
            _diagnostics.Report(
                ReaderDiagnostics.ConditionalUnterminated, $"this #{tokens[line.First + 1].Text} has no #endif before the end of the file", tokens[line.First + 1]);
        }

        _files.Pop();
        if (_files.Count == 0)
        {
            return false;
        }

        _file = _files.Peek();
        if (_files.Count == 1 && _inUnit)
        {
            EndPart();
        }

        return true;
    }
}
