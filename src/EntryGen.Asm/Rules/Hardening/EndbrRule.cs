using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;
using EntryGen.Asm.Rules.Fixes;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>Where the Program uses ENDBR64 (CONFIG_X86_KERNEL_IBT), every entry that the processor or a table reaches starts with it.</summary>
internal sealed class EndbrRule : IRule
{
    // Stubs of vectors, one behind the other (arch/x86/include/asm/idtentry.h).
    private static readonly string[] _stubs = ["irq_entries_start", "spurious_entries_start"];

    /// <inheritdoc/>
    public IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [HardeningDiagnostics.NoEndbr];

    /// <inheritdoc/>
    public IEnumerable<AsmDiagnostic> Check(RuleInput input, CancellationToken cancellation)
    {
        var program = input.Program;
        if (!program.Items.Any(IsEndbr))
        {
            return [];
        }

        var excused = new HashSet<CodeItem>(program.Tables.Annotations.Where(note => note.Kind == AnnotationKind.NoEndbr).Select(note => note.Place.Item).OfType<CodeItem>());
        return Starts(input)
            .Where(start => !IsEndbr(start.Item) && !excused.Contains(start.Item) && PlaceOf(start.Item) is not null)
            .GroupBy(start => PlaceOf(start.Item)!.Statement.Text.Span)
            .Select(starts => Finding(PlaceOf(starts.First().Item)!, starts.First().Item is Instruction, [.. starts.Select(start => start.Symbol).Distinct().OrderBy(name => name, StringComparer.Ordinal)]))
            .ToList();
    }

    // What an alternative or a preprocessor macro begins with has no place of its own to write before.
    private static AsmDiagnostic Finding(Instruction first, bool isWritten, IReadOnlyList<string> entries)
    {
        var misplaced = first.Next is Instruction next ? IsEndbr(next) ? next : next.Next is Instruction third && IsEndbr(third) ? third : null : null;
        return new AsmDiagnostic(
            HardeningDiagnostics.NoEndbr,
            misplaced is not null
                ? "ENDBR64 is not the first instruction of this entry, which the processor reaches indirectly; move it in front."
                : "This entry, which the processor reaches indirectly, does not start with ENDBR64: with IBT it ends in #CP; put ENDBR there.",
            first.Statement.Text.Span,
            first.Statement.Frame)
        {
            Fix = !isWritten ? null : misplaced is not null ? InstructionFixes.Swap(first, misplaced) : InstructionFixes.AddBefore(first, "endbr64"),
            Detail = new FindingDetail(entries, "any", [new FindingStep(first.Statement.Text.Span, $"{entries[0]}: {first}")]),
        };
    }

    private static IEnumerable<(string Symbol, CodeItem Item)> Starts(RuleInput input)
    {
        var program = input.Program;
        foreach (var entry in input.Entries)
        {
            if (entry.Shape is not (EntryShape.Call or EntryShape.FredUser or EntryShape.FredKernel))
            {
                yield return (entry.Symbol, entry.Item);
            }
        }

        foreach (var symbol in program.Symbols.Values)
        {
            // FRED's entries need none: their address is in a register of the processor's.
            if (symbol is { IsGlobal: true, Item: { } item }
                && (symbol.Name == "xen_failsafe_callback"
                    || (symbol.Name.StartsWith("asm_", StringComparison.Ordinal) && !symbol.Name.StartsWith("asm_fred_", StringComparison.Ordinal))))
            {
                yield return (symbol.Name, item);
            }
        }

        var starts = new HashSet<CodeItem>(program.Symbols.Values.Where(symbol => symbol.IsGlobal).Select(symbol => symbol.Item).OfType<CodeItem>());
        foreach (var name in _stubs)
        {
            if (program.Symbols.TryGetValue(name, out var symbol) && symbol.Item is { } first)
            {
                yield return (name, first);
                for (var i = first.Index + 1; i < program.Items.Count && program.Items[i].Section == first.Section && !starts.Contains(program.Items[i]); i++)
                {
                    if (program.Items[i - 1] is Instruction { Info.ControlFlow: ControlFlow.Jump })
                    {
                        yield return (name, program.Items[i]);
                    }
                }
            }
        }
    }

    private static Instruction? PlaceOf(CodeItem item) => item as Instruction ?? (item as AlternativeSite)?.Original as Instruction ?? item.Next as Instruction;

    private static bool IsEndbr(CodeItem item) => item is Instruction { Info.Op: Op.Endbr64 };
}
