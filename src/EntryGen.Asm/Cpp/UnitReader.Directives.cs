using System.Text;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

// Directives other than conditionals and includes.
internal sealed partial class UnitReader
{
    private readonly Dictionary<Name, Stack<MacroDefinition?>> _pushedMacros = [];

    /// <summary>Carries out the directive at the current line and leaves the file at its end (or at another line, behind what is skipped).</summary>
    private void CarryOut(OpenFile file, DirectiveKind kind)
    {
        // A directive may stand between the arguments of a macro call; it is read as if it did not.
        var search = _expander.Search;
        var prevent = _expander.PreventExpansion;
        _isInCall = search != ArgumentSearch.None;
        _expander.Search = ArgumentSearch.None;
        _expander.PreventExpansion = 0;
        _expander.InDirective = true;
        _inDirective = true;

        file.Next += Math.Min(2, file.End - file.Next);
        var end = file.End;
        switch (kind)
        {
            case DirectiveKind.Define:
                Define(file);
                break;
            case DirectiveKind.Undef:
                Undefine(file);
                break;
            case DirectiveKind.Include or DirectiveKind.IncludeNext or DirectiveKind.Import:
                Include(file, kind);
                break;
            case DirectiveKind.If or DirectiveKind.Ifdef or DirectiveKind.Ifndef:
                OpenGroup(file, kind);
                break;
            case DirectiveKind.Elif or DirectiveKind.Elifdef or DirectiveKind.Elifndef or DirectiveKind.Else or DirectiveKind.Endif:
                ContinueGroup(file);
                break;
            case DirectiveKind.Line:
                SetLine(file);
                break;
            case DirectiveKind.Error or DirectiveKind.Warning:
                Complain(file, kind);
                break;
            case DirectiveKind.Pragma:
                CarryOutPragma(Rest(file));
                break;
        }

        // A conditional may have gone elsewhere; otherwise the rest of the line is done with.
        if (file.End == end)
        {
            file.Next = end;
        }

        _expander.Abandon();
        _inDirective = false;
        _expander.InDirective = false;
        _expander.Search = search;
        _expander.PreventExpansion = prevent;
    }

    private static Token DirectiveName(OpenFile file) => file.Text.Tokens[file.Text.Lines[file.Line].First + 1];

    private ReadOnlySpan<Token> Rest(OpenFile file) => file.Text.Tokens.AsSpan(file.Next, file.End - file.Next);

    private void Define(OpenFile file)
    {
        ref var known = ref file.Text.DefinitionAt(file.Line);
        known ??= MacroDefinitionReader.Read(file.Text, file.Text.Lines[file.Line], _cache.BuiltIns, _diagnostics);
        if (known is not { } definition)
        {
            return;
        }

        if (_macros.Find(definition.Name) is { NameSpan: not { Source.GivesWay: true } } before && !before.SaysTheSameAs(definition))
        {
            var where = before.NameSpan is { } span ? $"at {span}" : "by the preprocessor itself";
            _diagnostics.Report(ReaderDiagnostics.MacroRedefined, $"macro '{definition.Name}' was defined differently {where}: #undef it first", file.Text.Tokens[file.Next]);
        }

        ChangeMacro(definition.Name, definition);
    }

    private void Undefine(OpenFile file)
    {
        if (TakeMacroName(file, "#undef") is not { } name)
        {
            return;
        }

        if (_macros.Find(name) is { } definition)
        {
            if (definition.BuiltIn != BuiltInMacro.None)
            {
                _diagnostics.Report(ReaderDiagnostics.MacroRedefined, $"'{name}' is defined by the preprocessor itself", file.Text.Tokens[file.Next - 1]);
            }

            ChangeMacro(name, null);
        }

        ExpectEnd(file, "#undef");
    }

    private void ChangeMacro(Name name, MacroDefinition? definition)
    {
        if (IsUnitItself)
        {
            StopParts();
        }

        if (definition is null)
        {
            _macros.Undefine(name);
        }
        else
        {
            _macros.Define(definition);
        }
    }

    /// <summary>The macro name that a directive needs; null after a message.</summary>
    private Name? TakeMacroName(OpenFile file, string directive)
    {
        if (file.Next == file.End)
        {
            _diagnostics.Report(ReaderDiagnostics.DirectiveMalformed, $"{directive} expects the name of a macro", file.Text.Tokens[file.End - 1]);
            return null;
        }

        ref readonly var token = ref file.Text.Tokens[file.Next++];
        return token.Kind == TokenKind.Name && directive[1] == 'i' || MacroDefinitionReader.CheckName(token, directive, _cache.BuiltIns, _diagnostics) ? token.Name : null;
    }

    private void ExpectEnd(OpenFile file, string directive)
    {
        if (file.Next < file.End)
        {
            _diagnostics.Report(ReaderDiagnostics.DirectiveExtraTokens, $"text after {directive} is ignored", file.Text.Tokens[file.Next]);
        }
    }

    private void Complain(OpenFile file, DirectiveKind kind)
    {
        var text = Spell(Rest(file));
        var descriptor = kind == DirectiveKind.Error ? ReaderDiagnostics.ErrorDirective : ReaderDiagnostics.WarningDirective;
        _diagnostics.Report(descriptor, $"#{DirectiveName(file).Text} {text}".TrimEnd(), DirectiveName(file));
    }

    private static string Spell(ReadOnlySpan<Token> tokens)
    {
        var text = new StringBuilder();
        foreach (ref readonly var token in tokens)
        {
            if (text.Length > 0 && token.SpaceBefore)
            {
                text.Append(' ');
            }

            text.Append(token.Text);
        }

        return text.ToString();
    }

    /// <summary><c>#line 10 "file"</c>: what follows is reported as if it stood there.</summary>
    private void SetLine(OpenFile file)
    {
        var number = _expander.NextSolid();
        if (number.Kind != TokenKind.Number || !int.TryParse(number.Text, out var line) || line < 0)
        {
            var at = number.Kind == TokenKind.End ? DirectiveName(file) : number;
            _diagnostics.Report(ReaderDiagnostics.DirectiveMalformed, "#line expects a line number and may have a file in quotes", at);
            return;
        }

        var name = _expander.NextSolid();
        if (name.Kind == TokenKind.String && name.Text.Length >= 2)
        {
            var path = name.Text.Substring(1, name.Text.Length - 2).Replace("\\\"", "\"").Replace("\\\\", "\\");
            file.PresumedFile = path == file.PresumedFile.Path ? file.PresumedFile : path == file.Text.Source.Path ? file.Text.Source : new SourceText(path, "");
        }
        else if (name.Kind != TokenKind.End)
        {
            _diagnostics.Report(ReaderDiagnostics.DirectiveMalformed, $"#line: expected a file in quotes, found '{name.Text}'", name);
            return;
        }

        ref readonly var last = ref file.Text.Tokens[file.End - 1];
        file.LineOffset = line - (file.Text.Source.LineAt(last.Start + last.Length) + 1);
    }

    /// <inheritdoc/>
    public void Pragma(in Token text)
    {
        var spelling = text.Text;
        var first = spelling.IndexOf('"') + 1;
        var body = spelling.Substring(first, spelling.Length - first - 1).Replace("\\\"", "\"").Replace("\\\\", "\\");
        CarryOutPragma(Lexer.Tokenize(new SourceText(_main.Path, body), _cache.Names).Tokens);
    }

    /// <summary>The pragmas that the preprocessor itself follows; gcc drops the others from assembly, and so do we.</summary>
    private void CarryOutPragma(ReadOnlySpan<Token> tokens)
    {
        if (IsUnitItself)
        {
            StopParts();
        }

        if (tokens.Length == 1 && tokens[0].Text == "once")
        {
            ReadOnce(_file.Text.Source);
        }
        else if (tokens.Length == 3 && tokens[0].Text == "GCC" && tokens[1].Text is "error" or "warning" && tokens[2].Kind == TokenKind.String)
        {
            var descriptor = tokens[1].Text == "error" ? ReaderDiagnostics.ErrorDirective : ReaderDiagnostics.WarningDirective;
            _diagnostics.Report(descriptor, tokens[2].Text.Trim('"'), tokens[2]);
        }
        else if (tokens.Length == 4 && tokens[0].Text is "push_macro" or "pop_macro" && tokens[1].Kind == TokenKind.OpenParen
            && tokens[2].Kind == TokenKind.String && tokens[3].Kind == TokenKind.CloseParen)
        {
            StopParts(); // what is restored may have been kept anywhere
            var name = _cache.Names.Get(tokens[2].Text.Trim('"'));
            if (!_pushedMacros.TryGetValue(name, out var stack))
            {
                _pushedMacros.Add(name, stack = new Stack<MacroDefinition?>());
            }

            if (tokens[0].Text == "push_macro")
            {
                stack.Push(_macros.Find(name));
            }
            else if (stack.Count > 0)
            {
                ChangeMacro(name, stack.Pop());
            }
        }
    }
}
