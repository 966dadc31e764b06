using System.Globalization;
using System.Text;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Rules;

/// <summary>Tells places in the text apart: a macro is a place of its own at each of its uses, but one that makes whole entries (idtentry) is one place for all of them.</summary>
internal static class FindingPlace
{
    /// <summary>A name for a place: equal for equal places.</summary>
    /// <param name="statement">The statement there.</param>
    /// <param name="scenario">How it is reached.</param>
    public static string KeyOf(Statement statement, Scenario scenario)
    {
        var key = new StringBuilder();
        Add(key, statement.Text.Span);
        for (var expansion = statement.Text.OriginAt(0)?.Expansion; expansion is not null; expansion = expansion.Parent)
        {
            Add(key, expansion.Invocation);
        }

        var outermost = Outermost(StatementOf(scenario.Entry));
        for (var frame = statement.Frame; frame is not null; frame = frame.Parent)
        {
            if (frame.Parent is not null || outermost is null || frame.Name != outermost.Name || frame.CallSite != outermost.CallSite)
            {
                Add(key, frame.CallSite);
            }
        }

        return key.ToString();
    }

    private static MacroFrame? Outermost(Statement? statement)
    {
        var frame = statement?.Frame;
        while (frame?.Parent is not null)
        {
            frame = frame.Parent;
        }

        return frame;
    }

    private static Statement? StatementOf(CodeItem item) => ((item as Instruction) ?? (item as AlternativeSite)?.Original as Instruction)?.Statement;

    private static void Add(StringBuilder key, SourceSpan? span) =>
        key.Append(span?.Source.Path).Append(':').Append(span?.Start.ToString(CultureInfo.InvariantCulture)).Append('|');
}
