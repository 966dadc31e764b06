using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>Reads __ex_table: where a fault goes (struct exception_table_entry, arch/x86/include/asm/extable.h).</summary>
/// <remarks>An entry is the instruction, the handler and, since 4.6, how to handle it: a number, or in older kernels a C function.</remarks>
internal static class ExceptionTableReader
{
    /// <summary>The entries of a unit.</summary>
    public static IEnumerable<(SymbolTerm From, SymbolTerm To, int Data, string? Handler, Statement Statement)> Read(UnitContent unit)
    {
        if (unit.Find("__ex_table") is not { } table)
        {
            yield break;
        }

        var group = new List<(DataValue Value, Statement Statement)>();
        for (var i = 0; i < table.Statements.Count; i++)
        {
            var statement = table.Statements[i];
            foreach (var value in DataDirectives.Read(statement, unit.Symbols).Values)
            {
                group.Add((value, statement));
            }

            // Entries are set apart by the switch to the section or an alignment.
            var next = i + 1 < table.Statements.Count ? table.Statements[i + 1] : null;
            if (next is not null && next.Sequence == statement.Sequence + 1 && DataDirectives.IsContent(next.Name))
            {
                continue;
            }

            foreach (var entry in ReadGroup(unit, group))
            {
                yield return entry;
            }

            group.Clear();
        }
    }

    private static IEnumerable<(SymbolTerm From, SymbolTerm To, int Data, string? Handler, Statement Statement)> ReadGroup(UnitContent unit, List<(DataValue Value, Statement Statement)> group)
    {
        var size = group.Count % 3 == 0 ? 3 : 2;
        for (var i = 0; i + size <= group.Count; i += size)
        {
            var (from, statement) = group[i];
            if (from.Value.Added is { } source && group[i + 1].Value.Value.Added is { } handler)
            {
                var third = size == 3 ? group[i + 2].Value.Value : ExpressionValue.Constant(0);
                yield return third.IsConstant ? (source, handler, (int)third.Addend, null, statement) : (source, handler, 0, third.Added?.Name, statement);
                continue;
            }

            new StatementErrors(statement, unit.Diagnostics).At(
                ProgramDiagnostics.MalformedExceptionEntry, statement.Text, "an entry starts with the places of the instruction and of its handler.");
            yield break;
        }
    }
}
