using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas.Expressions;

namespace EntryGen.Asm.Building;

/// <summary>How the unit's kernel writes unwind hints: what its type numbers and the last byte mean.</summary>
/// <remarks>The unit's own UNWIND_HINT_TYPE_ (before 5.7 ORC_TYPE_) macros tell; without them the numbers are those of 6.12.</remarks>
internal sealed class UnwindHintLayout
{
    private static readonly (string Name, UnwindHintType Type, int Number)[] _types =
    [
        ("UNDEFINED", UnwindHintType.Undefined, 0), ("END_OF_STACK", UnwindHintType.EndOfStack, 1), ("CALL", UnwindHintType.Call, 2),
        ("REGS", UnwindHintType.Registers, 3), ("REGS_PARTIAL", UnwindHintType.PartialRegisters, 4), ("FUNC", UnwindHintType.Function, 5),
        ("SAVE", UnwindHintType.Save, 6), ("RESTORE", UnwindHintType.Restore, 7),
        ("ENTRY", UnwindHintType.EndOfStack, -1), ("REGS_IRET", UnwindHintType.PartialRegisters, -1),
    ];

    private readonly Dictionary<long, UnwindHintType> _typeOf = [];
    private readonly bool _lastByteIsSignal;

    public UnwindHintLayout(MacroTable macros)
    {
        foreach (var (name, type, _) in _types)
        {
            // Two sets of names were in use at a time; that of the hints goes first.
            foreach (var prefix in new[] { "UNWIND_HINT_TYPE_", "ORC_TYPE_" })
            {
                if (macros.TryEvaluate(prefix + name, out var number) && !_typeOf.ContainsKey(number))
                {
                    _typeOf.Add(number, type);
                    break;
                }
            }
        }

        _lastByteIsSignal = _typeOf.Count == 0 || _typeOf.ContainsValue(UnwindHintType.Undefined);
        if (_typeOf.Count == 0)
        {
            foreach (var (_, type, number) in _types.Where(entry => entry.Number >= 0))
            {
                _typeOf.Add(number, type);
            }
        }
    }

    /// <summary>Reads a record; its place is to be linked.</summary>
    /// <returns>Null when this is none.</returns>
    public (SymbolTerm Place, UnwindHint Hint)? Read(RecordReader reader)
    {
        var statement = reader.Statement;
        if (reader.TakeSymbol() is not { } place || reader.TakeNumber(2) is not { } offset || reader.TakeNumber(1) is not { } register || reader.TakeNumber(1) is not { } number)
        {
            return null;
        }

        // 4.14 had no last byte.
        var last = reader.TakeNumber(1) is > 0;
        var type = _typeOf.TryGetValue(number, out var known) ? known : UnwindHintType.Unknown;
        var isEnd = type == UnwindHintType.EndOfStack || (last && !_lastByteIsSignal);
        var hint = new UnwindHint(new RecordedPlace(place.Name, null, null), type, (UnwindRegister)register, (short)offset, isEnd, last && _lastByteIsSignal, statement);
        return (place, hint);
    }
}
