using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;

namespace EntryGen.Asm.Instructions;

/// <summary>Reads and checks the prefixes before a mnemonic.</summary>
internal static class PrefixReader
{
    private static readonly Dictionary<string, InstructionPrefixes> _prefixes = new(StringComparer.Ordinal)
    {
        ["lock"] = InstructionPrefixes.Lock,
        ["rep"] = InstructionPrefixes.Repeat,
        ["repe"] = InstructionPrefixes.Repeat,
        ["repz"] = InstructionPrefixes.Repeat,
        ["repne"] = InstructionPrefixes.RepeatNotEqual,
        ["repnz"] = InstructionPrefixes.RepeatNotEqual,
        ["bnd"] = InstructionPrefixes.None,
        ["notrack"] = InstructionPrefixes.NoTrack,
        ["cs"] = InstructionPrefixes.None,
        ["ds"] = InstructionPrefixes.NoTrack,
        ["es"] = InstructionPrefixes.None,
        ["ss"] = InstructionPrefixes.None,
    };

    private static readonly HashSet<Op> _lockable =
    [
        Op.Add, Op.Adc, Op.And, Op.Btc, Op.Btr, Op.Bts, Op.Cmpxchg, Op.Cmpxchg16b, Op.Dec, Op.Inc, Op.Neg, Op.Not, Op.Or, Op.Sbb, Op.Sub, Op.Xor, Op.Xadd, Op.Xchg,
    ];

    /// <summary>Whether a mnemonic is a prefix that stands alone, as in <c>lock; addl ...</c>.</summary>
    public static bool TryGet(string mnemonic, out InstructionPrefixes prefix) => _prefixes.TryGetValue(mnemonic, out prefix);

    /// <summary>A prefix before the mnemonic that gives the instruction another operand, address or segment; null when there is none.</summary>
    public static string? FindChanging(Statement statement)
    {
        var text = statement.Text.Text;
        for (var i = 0; i < text.Length;)
        {
            var end = text[i] == '{' ? text.IndexOf('}', i) + 1 : Characters.NameEnd(text, i, text.Length);
            var word = text.Substring(i, Math.Max(0, end - i)).ToLowerInvariant();
            if (end <= i || word == statement.Name)
            {
                return null;
            }

            if (word is "data16" or "data32" or "addr16" or "addr32" or "fs" or "gs" or "rex" or "rex64" || word.StartsWith("rex.", StringComparison.Ordinal))
            {
                return word;
            }

            i = Characters.SkipBlanks(text, end, text.Length);
        }

        return null;
    }

    /// <summary>The prefixes written before the mnemonic of a statement.</summary>
    public static InstructionPrefixes Read(Statement statement)
    {
        var text = statement.Text.Text;
        var result = InstructionPrefixes.None;
        var position = 0;
        while (position < text.Length)
        {
            var start = position;
            if (text[start] == '{' && text.IndexOf('}', start) is var close and > 0)
            {
                position = Characters.SkipBlanks(text, close + 1, text.Length); // chooses an encoding only
                continue;
            }

            while (position < text.Length && !char.IsWhiteSpace(text[position]))
            {
                position++;
            }

            if (!_prefixes.TryGetValue(text.Substring(start, position - start).ToLowerInvariant(), out var prefix))
            {
                break;
            }

            result |= prefix;
            while (position < text.Length && char.IsWhiteSpace(text[position]))
            {
                position++;
            }
        }

        return result;
    }

    /// <summary>What is left of the prefixes after the instruction has had its say; reports those that it cannot have.</summary>
    public static InstructionPrefixes Check(InstructionPrefixes prefixes, Op op, IReadOnlyList<OperandSyntax> operands, StatementErrors errors)
    {
        if (prefixes.HasFlag(InstructionPrefixes.Lock) && !(_lockable.Contains(op) && operands.Any(operand => operand is MemorySyntax)))
        {
            errors.AtName(ProgramDiagnostics.InvalidPrefix, $"LOCK raises #UD on {InstructionTable.Get(op).Name} unless it changes memory.");
            prefixes &= ~InstructionPrefixes.Lock;
        }

        // Where they mean nothing prefixes are ignored ("rep; ret", and DS, whose byte NOTRACK has).
        return prefixes & op switch
        {
            Op.Movs or Op.Stos or Op.Lods or Op.Scas or Op.Cmps => InstructionPrefixes.Lock | InstructionPrefixes.Repeat | InstructionPrefixes.RepeatNotEqual,
            Op.Jmp or Op.Call when operands is [IndirectSyntax] => InstructionPrefixes.NoTrack,
            _ => InstructionPrefixes.Lock,
        };
    }
}
