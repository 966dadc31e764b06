using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;
using MacroDefinition = EntryGen.Asm.Gas.MacroDefinition;

namespace EntryGen.Tests.Harness;

/// <summary>Finds what two listings of the same texts differ in: everything that somebody could see.</summary>
internal static class ListingComparison
{
    /// <summary>The first difference, in words; null when there is none.</summary>
    public static string? FindDifference(AssemblyListing expected, AssemblyListing actual)
    {
        if (expected.Diagnostics.Count != actual.Diagnostics.Count || !expected.Diagnostics.Zip(actual.Diagnostics).All(pair => AreSame(pair.First, pair.Second)))
        {
            return $"diagnostics: {string.Join(" | ", expected.Diagnostics)} but {string.Join(" | ", actual.Diagnostics)}";
        }

        var frames = new Dictionary<MacroFrame, MacroFrame>(ReferenceEqualityComparer.Instance); // compared already
        for (var i = 0; i < Math.Min(expected.Statements.Count, actual.Statements.Count); i++)
        {
            if (FindDifference(expected.Statements[i], actual.Statements[i], frames) is { } difference)
            {
                return $"statement {i}, '{expected.Statements[i]}' at line {expected.Statements[i].Line}: {difference}";
            }
        }

        return expected.Statements.Count != actual.Statements.Count ? $"statements: {expected.Statements.Count} but {actual.Statements.Count}"
            : expected.Files.Count != actual.Files.Count || !expected.Files.Zip(actual.Files).All(pair => AreSame(pair.First, pair.Second)) ? "files"
            : expected.IncludedAt.Count != actual.IncludedAt.Count || expected.IncludedAt.Any(pair => !actual.IncludedAt.TryGetValue(pair.Key, out var place) || !AreSame(pair.Value, place)) ? "places of includes"
            : FindDifference(expected.PreprocessorMacros, actual.PreprocessorMacros) is { } cpp ? cpp
            : !expected.Macros.Keys.SequenceEqual(actual.Macros.Keys) ? "names of macros"
            : expected.Macros.Keys.FirstOrDefault(name => !AreSame(expected.Macros[name], actual.Macros[name])) is { } macro ? $"macro '{macro}'"
            : expected.MacroCalls.Count != actual.MacroCalls.Count ? $"macro calls: {expected.MacroCalls.Count} but {actual.MacroCalls.Count}"
            : expected.MacroCalls.Zip(actual.MacroCalls).FirstOrDefault(pair => !AreSame(pair.First, pair.Second)).First is { } call ? $"macro call '{call}' at {call.Span}"
            : FindDifference(expected.Symbols, actual.Symbols, expected.Statements.Count);
    }

    private static string? FindDifference(MacroTable? expected, MacroTable? actual)
    {
        if (expected is null || actual is null)
        {
            return expected is null && actual is null ? null : "macros of the preprocessor";
        }

        // Of the macros of kernel headers, which are many, only the names.
        return !expected.Names.SequenceEqual(actual.Names) ? "names of the preprocessor's macros"
            : !expected.Used.SequenceEqual(actual.Used) ? "used macros of the preprocessor"
            : expected.Names.Count > 1_000 || expected.Names.FirstOrDefault(name => !AreSame(expected.Find(name)!, actual.Find(name)!)) is not { } macro ? null
            : $"macro '{macro}' of the preprocessor";
    }

    private static string? FindDifference(Statement expected, Statement actual, Dictionary<MacroFrame, MacroFrame> frames) =>
        expected.Sequence != actual.Sequence ? "sequence"
        : expected.Kind != actual.Kind ? "kind"
        : expected.Name != actual.Name ? "name"
        : (expected.Section, expected.Subsection) != (actual.Section, actual.Subsection) ? "section"
        : expected.CodeBits != actual.CodeBits ? "mode"
        : !AreSame(expected.File, actual.File) || expected.Line != actual.Line ? $"line: {expected.File}:{expected.Line} but {actual.File}:{actual.Line}"
        : !AreSame(expected.Text, actual.Text) ? $"text: '{expected.Text}' but '{actual.Text}', or where it was written"
        : !AreSame(expected.Operands, actual.Operands) ? "operands"
        : expected.Frame is not null && actual.Frame is not null && frames.TryGetValue(expected.Frame, out var known) && ReferenceEquals(known, actual.Frame) ? null
        : !AreSame(expected.Frame, actual.Frame) || !expected.MacroStack().SequenceEqual(actual.MacroStack()) ? "macro stack"
        : expected.Frame is null || frames.TryAdd(expected.Frame, actual.Frame!) ? null : "one macro call became two";

    private static string? FindDifference(SymbolTable expected, SymbolTable actual, int statements)
    {
        if (!expected.Labels.Keys.SequenceEqual(actual.Labels.Keys) || !expected.Globals.SequenceEqual(actual.Globals) || !expected.AssignedSymbols.SequenceEqual(actual.AssignedSymbols))
        {
            return "names of symbols";
        }

        foreach (var name in expected.Labels.Keys)
        {
            if (!AreSame(expected.FindLabel(name), actual.FindLabel(name)))
            {
                return $"label '{name}'";
            }
        }

        foreach (var name in expected.AssignedSymbols)
        {
            var last = expected.FindAssignment(name, int.MaxValue)!.Sequence;
            SymbolAssignment? before = null;
            for (var sequence = 0; sequence <= last + 1; sequence++)
            {
                var (one, two) = (expected.FindAssignment(name, sequence)!, actual.FindAssignment(name, sequence)!);
                if (ReferenceEquals(one, before) && one.Sequence == two.Sequence)
                {
                    continue;
                }

                before = one;
                if (one.Sequence != two.Sequence || one.Value != two.Value || !AreSame(one.Span, two.Span) || one.IsFinal != two.IsFinal || one.Lazy != two.Lazy)
                {
                    return $"value of '{name}' at {sequence}";
                }
            }
        }

        for (var number = 0; number < 1000; number++)
        {
            for (var label = expected.FindLocalLabel(number, forward: true, 0); ; label = expected.FindLocalLabel(number, forward: true, label.Sequence + 1))
            {
                var sequence = label?.Sequence ?? statements;
                if (!AreSame(label, actual.FindLocalLabel(number, forward: true, sequence)) || !AreSame(expected.FindLocalLabel(number, forward: false, sequence), actual.FindLocalLabel(number, forward: false, sequence)))
                {
                    return $"label {number} around {sequence}";
                }

                if (label is null)
                {
                    break;
                }
            }
        }

        return null;
    }

    private static bool AreSame(LabelDefinition? expected, LabelDefinition? actual) =>
        Equals(expected, actual) && AreSame(expected?.Span, actual?.Span);

    private static bool AreSame(MacroDefinition expected, MacroDefinition actual) =>
        expected.Name == actual.Name
        && AreSame(expected.Definition, actual.Definition)
        && AreSame(expected.Body, actual.Body)
        && expected.Parameters.Count == actual.Parameters.Count
        && expected.Parameters.Zip(actual.Parameters).All(pair =>
            (pair.First.Name, pair.First.Kind) == (pair.Second.Name, pair.Second.Kind) && AreSame(pair.First.Definition, pair.Second.Definition) && AreSame(pair.First.Default, pair.Second.Default));

    private static bool AreSame(MacroInfo expected, MacroInfo actual) =>
        (expected.Parameters ?? []).SequenceEqual(actual.Parameters ?? []) && expected.IsVariadic == actual.IsVariadic && AreSame(expected.Body, actual.Body) && AreSame(expected.Definition, actual.Definition);

    private static bool AreSame(MacroCall expected, MacroCall actual) =>
        expected.FirstStatement == actual.FirstStatement
        && expected.CanNameArguments == actual.CanNameArguments
        && expected.Macro.Name == actual.Macro.Name
        && AreSame(expected.Span, actual.Span)
        && AreSame(expected.Preprocessor, actual.Preprocessor)
        && expected.Arguments.Count == actual.Arguments.Count
        && expected.Arguments.Zip(actual.Arguments).All(pair =>
            (pair.First.Parameter, pair.First.IsNamed) == (pair.Second.Parameter, pair.Second.IsNamed) && AreSame(pair.First.Value, pair.Second.Value))
        && expected.Values.Zip(actual.Values).All(pair => AreSame(pair.First, pair.Second));

    private static bool AreSame(TextSlice expected, TextSlice actual) =>
        expected.Length == actual.Length && expected.ToString() == actual.ToString() && (expected.IsEmpty || AreSame(expected.Span, actual.Span));

    private static bool AreSame(AsmDiagnostic expected, AsmDiagnostic actual) =>
        (expected.Descriptor, expected.Message, expected.Suggestion) == (actual.Descriptor, actual.Message, actual.Suggestion)
        && AreSame(expected.Span, actual.Span)
        && AreSame(expected.Frame, actual.Frame)
        && AreSame(expected.Expansion, actual.Expansion);

    private static bool AreSame(MacroFrame? expected, MacroFrame? actual)
    {
        for (; expected is not null && actual is not null && !ReferenceEquals(expected, actual); expected = expected.Parent, actual = actual.Parent)
        {
            if ((expected.Name, expected.Depth) != (actual.Name, actual.Depth) || !AreSame(expected.CallSite, actual.CallSite) || !AreSame(expected.Definition, actual.Definition))
            {
                return false;
            }
        }

        return ReferenceEquals(expected, actual);
    }

    private static bool AreSame(TracedText expected, TracedText actual)
    {
        if (expected.Text != actual.Text || !AreSame(expected.Span, actual.Span))
        {
            return false;
        }

        for (var i = 0; i < expected.Length; i++)
        {
            var (one, two) = (expected.OriginAt(i), actual.OriginAt(i));
            if (one?.Offset != two?.Offset || !AreSame(one?.Source, two?.Source) || !AreSame(one?.Expansion, two?.Expansion))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreSame(CppExpansion? expected, CppExpansion? actual)
    {
        for (; expected is not null && actual is not null && !ReferenceEquals(expected, actual); expected = expected.Parent, actual = actual.Parent)
        {
            if (expected.MacroName != actual.MacroName || !AreSame(expected.Invocation, actual.Invocation))
            {
                return false;
            }
        }

        return ReferenceEquals(expected, actual);
    }

    private static bool AreSame(SourceSpan? expected, SourceSpan? actual) =>
        expected?.Start == actual?.Start && expected?.Length == actual?.Length && AreSame(expected?.Source, actual?.Source);

    // Options become a text anew in each reading.
    private static bool AreSame(SourceText? expected, SourceText? actual) =>
        ReferenceEquals(expected, actual) || (expected is { Path: "<command-line>" } && actual is { Path: "<command-line>" } && expected.Text == actual.Text);
}
