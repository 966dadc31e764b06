using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

internal sealed partial class AssemblerRun
{
    private const string SectionFlags = "adelowxGMRST?";

    private bool TryLeaveSection(Directive directive, TextSlice statement)
    {
        if ((directive == Directive.PopSection ? _state.Sections.Pop() : _state.Sections.SwitchBack()) is { } sections)
        {
            _state.Sections = sections;
            return true;
        }

        var message = directive == Directive.PopSection ? "'.popsection' has no .pushsection before it" : "'.previous' has no section to go back to";
        _diagnostics.Report(AssemblerDiagnostics.UnbalancedSection, statement, message);
        return false;
    }

    // name [, "flags" [, @type [, what the flags ask for]]]; .pushsection may have a subsection before the flags.
    private bool TryEnterSection(Directive directive, TextSlice statement, TextSlice operands)
    {
        var name = SectionName(operands, out var i);
        if (name.IsEmpty)
        {
            _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, statement, $"'{statement}' needs the name of a section");
            return false;
        }

        var text = operands.Source.Text;
        long subsection = 0;
        var isRead = true;
        if (directive == Directive.PushSection && Characters.SkipComma(text, i, operands.End) is var number && number < operands.End && text[number] is not ('"' or ','))
        {
            isRead = _constants.TryReadPrefix(operands, ref number, "the subsection", Sequence, _state.Sections.Current, out subsection);
            i = number;
        }

        // Statements that follow belong to the section, whatever is wrong with its attributes.
        isRead = isRead && AreSectionAttributes(operands, i);
        var section = _names.Get(text, name.Start, name.Length).Text;
        _state.Sections = directive == Directive.Section ? _state.Sections.Switch(section) : _state.Sections.Push(section, subsection);
        return isRead;
    }

    private static TextSlice SectionName(TextSlice operands, out int end)
    {
        var text = operands.Source.Text;
        end = operands.Start;
        if (end < operands.End && text[end] == '"')
        {
            var close = Characters.StringEnd(text, end, operands.End);
            end = close + 1;
            return operands.Between(operands.Start + 1, close);
        }

        while (end < operands.End && text[end] is not (',' or ' ' or '\t'))
        {
            end++;
        }

        return operands.Between(operands.Start, end);
    }

    private bool AreSectionAttributes(TextSlice operands, int i)
    {
        var text = operands.Source.Text;
        i = Characters.SkipBlanks(text, i, operands.End);
        if (i >= operands.End)
        {
            return true;
        }

        i = text[i] == ',' ? Characters.SkipBlanks(text, i + 1, operands.End) : operands.End + 1;
        if (i >= operands.End || text[i] != '"' || Characters.StringEnd(text, i, operands.End) is var close && close >= operands.End)
        {
            return ReportSection(operands.From(Math.Min(i, operands.End - 1)), "expected a comma and the section's flags in quotes, such as \"ax\"");
        }

        var flags = operands.Between(i + 1, close);
        if (!Characters.IsDigit(flags.IsEmpty ? '0' : text[flags.Start]))
        {
            foreach (var flag in flags.Characters)
            {
                if (SectionFlags.IndexOf(flag) < 0 && !Characters.IsDigit(flag))
                {
                    return ReportSection(flags, $"'{flag}' is no section flag; flags are {string.Join(" ", SectionFlags.ToCharArray())}");
                }
            }
        }

        i = Characters.SkipBlanks(text, close + 1, operands.End);
        if (i >= operands.End)
        {
            return true;
        }

        i = text[i] == ',' ? Characters.SkipBlanks(text, i + 1, operands.End) : operands.End + 1;
        if (i >= operands.End || text[i] is not ('@' or '%' or '"' or ','))
        {
            return ReportSection(operands.From(Math.Min(i, operands.End - 1)), "expected a comma and the section's type, such as @progbits");
        }

        // Entry size, group and linked section: only flags ask for them.
        var more = operands.From(i).Characters.IndexOf(',');
        return more < 0
            || flags.Characters.IndexOfAny('M', 'G', 'o') >= 0
            || operands.From(Characters.SkipBlanks(text, i + more + 1, operands.End)).Characters.StartsWith("unique,".AsSpan())
            || ReportSection(operands.From(i + more), "the section's flags ask for nothing behind its type");
    }

    private bool ReportSection(TextSlice where, string message)
    {
        _diagnostics.Report(AssemblerDiagnostics.MalformedStatement, where, message);
        return false;
    }

    private bool TrySwitchSubsection(string section, TextSlice operands)
    {
        long subsection = 0;
        if (!operands.IsEmpty && !_constants.TryRead(operands, "the subsection", Sequence, _state.Sections.Current, out subsection))
        {
            return false;
        }

        _state.Sections = _state.Sections.Switch(section, subsection);
        return true;
    }
}
