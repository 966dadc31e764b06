using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>Groups entries whose code does the same: the stubs that <c>idtentry</c> makes differ in the C function they call, and in nothing that an analysis sees.</summary>
/// <remarks>
/// Two entries are similar when a walk through both at once meets the same instructions until it meets the same items. The function that is an entry's own, by the kernel's
/// convention the one that its symbol names (<c>asm_exc_int3</c>, <c>exc_int3</c>), may differ as long as nothing more is known about either.
/// </remarks>
public static class SimilarEntries
{
    private const string Prefix = "asm_";

    /// <summary>The groups, in the order of their first entries; every entry is in one.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="cancellation">Ends it.</param>
    public static IReadOnlyList<IReadOnlyList<AnalyzedEntry>> Group(IReadOnlyList<AnalyzedEntry> entries, CancellationToken cancellation = default)
    {
        var groups = new List<List<AnalyzedEntry>>();
        foreach (var entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            if (groups.Find(group => AreSimilar(group[0], entry)) is { } similar)
            {
                similar.Add(entry);
            }
            else
            {
                groups.Add([entry]);
            }
        }

        return groups;
    }

    private static bool AreSimilar(AnalyzedEntry left, AnalyzedEntry right) =>
        (left.Shape, left.Stack, left.HasErrorCode, left.IsCompatible) == (right.Shape, right.Stack, right.HasErrorCode, right.IsCompatible)
        && new Walk(left.Symbol, right.Symbol).Visits(left.Item, right.Item);

    private sealed class Walk(string leftEntry, string rightEntry)
    {
        // More than this is no stub, and not worth the comparison.
        private const int MaxItems = 256;
        private readonly Dictionary<CodeItem, CodeItem> _pairs = [];
        private readonly HashSet<CodeItem> _paired = [];
        private readonly Stack<(CodeItem Left, CodeItem Right)> _pending = new();

        public bool Visits(CodeItem left, CodeItem right)
        {
            if (!Meet(left, right))
            {
                return false;
            }

            while (_pending.Count > 0)
            {
                var pair = _pending.Pop();
                if (_pairs.Count > MaxItems || !(pair.Left is AlternativeSite site ? pair.Right is AlternativeSite other && MeetChoices(site, other) : pair.Right is Instruction instruction && MeetNext((Instruction)pair.Left, instruction)))
                {
                    return false;
                }
            }

            return true;
        }

        private bool Meet(CodeItem? left, CodeItem? right)
        {
            if (left is null || right is null)
            {
                return left is null && right is null;
            }

            if (_pairs.TryGetValue(left, out var known))
            {
                return ReferenceEquals(known, right);
            }

            // What both reach is the same code only if neither takes it for its own.
            if (ReferenceEquals(left, right) ? _paired.Contains(right) : !_paired.Add(right))
            {
                return false;
            }

            _pairs.Add(left, right);
            if (!ReferenceEquals(left, right))
            {
                _pending.Push((left, right));
            }

            return true;
        }

        private bool MeetChoices(AlternativeSite left, AlternativeSite right)
        {
            if (left.Choices.Count != right.Choices.Count)
            {
                return false;
            }

            for (var i = 0; i < left.Choices.Count; i++)
            {
                var (one, two) = (left.Choices[i], right.Choices[i]);
                if (one.Feature != two.Feature || one.Inverted != two.Inverted || one.IsDirectCall != two.IsDirectCall || !Meet(one.Target, two.Target))
                {
                    return false;
                }
            }

            return Meet(left.Original, right.Original);
        }

        private bool MeetNext(Instruction left, Instruction right) =>
            ReferenceEquals(left.Info, right.Info)
            && (left.Width, left.SourceWidth, left.Prefixes, left.Condition, left.Thunk) == (right.Width, right.SourceWidth, right.Prefixes, right.Condition, right.Thunk)
            && HaveSameOperands(left, right)
            && IsSameFunction(left.Target?.External?.Name, right.Target?.External?.Name)
            && Meet(left.Target?.Item, right.Target?.Item)
            && Meet(left.ExceptionHandler?.Handler, right.ExceptionHandler?.Handler)
            && Meet(left.Next, right.Next);

        private static bool HaveSameOperands(Instruction left, Instruction right)
        {
            if (left.Operands.Count != right.Operands.Count)
            {
                return false;
            }

            for (var i = 0; i < left.Operands.Count; i++)
            {
                // Labels are compared by where they are.
                if (!(left.Operands[i] is LabelOperand && right.Operands[i] is LabelOperand) && WithoutText(left.Operands[i]) != WithoutText(right.Operands[i]))
                {
                    return false;
                }
            }

            return true;
        }

        private static Operand WithoutText(Operand operand) =>
            operand is IndirectOperand indirect ? new IndirectOperand(WithoutText(indirect.Target)) : operand with { Text = default };

        private bool IsSameFunction(string? left, string? right)
        {
            if (left == right)
            {
                return true;
            }

            return left is not null && right is not null && OwnPart(left, leftEntry) is { } part && part == OwnPart(right, rightEntry) && IsOrdinary(left) && IsOrdinary(right);
        }

        // noist_exc_debug of asm_exc_debug: noist_*.
        private static string? OwnPart(string function, string entry)
        {
            if (!entry.StartsWith(Prefix, StringComparison.Ordinal))
            {
                return null;
            }

            var own = entry.Substring(Prefix.Length);
            var at = function.IndexOf(own, StringComparison.Ordinal);
            return at < 0 ? null : function.Substring(0, at) + "*" + function.Substring(at + own.Length);
        }

        private static bool IsOrdinary(string function) =>
            !KernelSymbols.IsAssembly(function) && !KernelSymbols.IsNoReturn(function) && !KernelModel.Knows(function);
    }
}
