using EntryGen.Asm.Diagnostics;

namespace EntryGen.Asm.Cpp;

// #if and its kin. The lexer has found which directive continues which, so that what is skipped is not looked at.
internal sealed partial class UnitReader
{
    private void OpenGroup(OpenFile file, DirectiveKind kind)
    {
        var group = new ConditionalGroup(file.Line);
        file.Groups.Push(group);
        if (Holds(file, kind))
        {
            group.IsTaken = true;
        }
        else
        {
            Skip(file, group);
        }
    }

    /// <summary>A part of a group that was read ends here; another one, or the group's end, begins.</summary>
    private void ContinueGroup(OpenFile file)
    {
        if (file.Groups.Count == 0)
        {
            _diagnostics.Report(ReaderDiagnostics.ConditionalMisplaced, $"#{DirectiveName(file).Text} without an #if", DirectiveName(file));
            return;
        }

        var group = file.Groups.Peek();
        if (!Reach(file, group))
        {
            Skip(file, group);
        }
    }

    /// <summary>Goes on to the part of the group that is to be read, or behind its end.</summary>
    private void Skip(OpenFile file, ConditionalGroup group)
    {
        do
        {
            var next = file.Text.Lines[file.Line].NextInGroup;
            if (next < 0)
            {
                file.GoTo(file.Text.Lines.Length - 1);
                break;
            }

            file.GoTo(next);
            file.Next += 2;
        }
        while (!Reach(file, group));

        file.Next = file.End;
    }

    /// <summary>At a directive that continues a group: whether reading goes on behind it.</summary>
    private bool Reach(OpenFile file, ConditionalGroup group)
    {
        var kind = file.Text.Lines[file.Line].Directive;
        if (kind == DirectiveKind.Endif)
        {
            ExpectEnd(file, "#endif");
            file.Groups.Pop();
            return true;
        }

        if (group.HasElse)
        {
            _diagnostics.Report(ReaderDiagnostics.ConditionalMisplaced, $"#{DirectiveName(file).Text} after the #else of its #if", DirectiveName(file));
            return false;
        }

        if (kind == DirectiveKind.Else)
        {
            ExpectEnd(file, "#else");
            group.HasElse = true;
        }

        if (group.IsTaken || (kind != DirectiveKind.Else && !Holds(file, kind)))
        {
            return false;
        }

        group.IsTaken = true;
        return true;
    }

    /// <summary>Whether the condition at the current directive holds; one that is wrong does not.</summary>
    private bool Holds(OpenFile file, DirectiveKind kind)
    {
        if (kind is DirectiveKind.If or DirectiveKind.Elif)
        {
            var condition = new Condition(_expander, _macros, _cache.BuiltIns, HasInclude, namesAreErrors: false);
            var value = condition.Evaluate();
            if (condition.Error is { } error)
            {
                var at = condition.ErrorToken.Kind == TokenKind.End ? file.Text.Tokens[file.End - 1] : condition.ErrorToken;
                if (!_budget.IsExhausted)
                {
                    _diagnostics.Report(ReaderDiagnostics.ConditionInvalid, $"#{DirectiveName(file).Text}: {error}", at);
                }

                _expander.Abandon();
                return false;
            }

            return value.IsTrue;
        }

        var directive = "#" + DirectiveName(file).Text;
        if (TakeMacroName(file, directive.Replace("#el", "#")) is not { } name)
        {
            return false;
        }

        ExpectEnd(file, directive);
        _macros.MarkUsed(name);
        return (_macros.Find(name) is not null) == (kind is DirectiveKind.Ifdef or DirectiveKind.Elifdef);
    }
}
