namespace EntryGen.Exploration.Scenarios.States;

/// <summary>
/// How many instructions in a row, from one place on, can be run without looking at anything between them: they neither write CR3 nor begin or end an activation, call C code only
/// as the last of them, and are those that the features choose. A jump or a store to memory is the last of its run.
/// </summary>
internal sealed class StraightRuns
{
    private static readonly HashSet<string> _quiet =
    [
        .. new[] { "mov", "lea", "xor", "and", "or", "add", "sub", "inc", "dec", "neg", "not", "shl", "sal", "shr", "sar", "test", "cmp", "bt", "bts", "btr", "push", "pop", "nop" }
            .SelectMany(name => new[] { name, name + "b", name + "w", name + "l", name + "q" }),
        "movabs", "movabsq", "movzbl", "movzwl", "movslq", "endbr64", "lfence", "cld", "clac", "stac", "swapgs", "rdmsr", "wrmsr", "rdgsbase", "wrgsbase",
    ];

    private static readonly HashSet<string> _readsOnly = [.. new[] { "test", "cmp", "bt", "lea", "push", "nop" }.SelectMany(name => new[] { name, name + "b", name + "w", name + "l", name + "q" })];

    private readonly CodeMap _code;
    private readonly Role[] _roles;
    private readonly int[] _lengths;

    public StraightRuns(CodeMap code)
    {
        _code = code;
        _roles = [.. code.Places.Select(RoleOf)];
        _lengths = new int[code.Places.Count];
    }

    private enum Role : byte
    {
        /// <summary>Has to be looked at.</summary>
        Seen,

        /// <summary>May be followed by others.</summary>
        Inner,

        /// <summary>Is the last of a run.</summary>
        Last,
    }

    /// <summary>The length of the run that begins at a place, or at the code that the features choose there; 0 when there is none, or that code is not yet known.</summary>
    public int LengthAt(CodePlace place)
    {
        var known = _lengths[place.Number];
        return known != 0 ? Math.Max(known, 0) : Find(place);
    }

    private int Find(CodePlace site)
    {
        var places = _code.Places;
        var length = 0;
        for (var place = _code.ChosenAt(site); ; place = places[place.Number + 1])
        {
            if (place is null || _code.ChosenAt(place) is not { } chosen)
            {
                // Nothing has run there yet. The features decide what will: later it is known, and stays so.
                return 0;
            }

            var role = chosen == place ? _roles[place.Number] : Role.Seen;
            length += role == Role.Seen ? 0 : 1;
            if (role != Role.Inner || place.Number + 1 == places.Count || places[place.Number + 1].Address != place.Address + CodeMap.InstructionSize)
            {
                _lengths[site.Number] = length > 0 ? length : -1;
                return length;
            }
        }
    }

    private static Role RoleOf(CodePlace place)
    {
        if (place.Kind != CodeKind.Plain || place.Instruction is null)
        {
            return Role.Seen;
        }

        var text = place.Instruction.Text.AsSpan().Trim();
        var space = text.IndexOfAny(' ', '\t');
        var name = (space < 0 ? text : text[..space]).ToString();
        if (name is "jmp" or "jmpq" or "call" or "callq" || (name[0] == 'j' && space > 0))
        {
            return Role.Last;
        }

        var last = text[(text.LastIndexOf(',') + 1)..];
        var register = last.LastIndexOf('%');
        var isRegister = register >= 0 && !last.Contains('(') && !last.Contains(':');
        if (!_quiet.Contains(name) || (isRegister && IsSpecial(last[(register + 1)..])))
        {
            return Role.Seen;
        }

        return space < 0 || isRegister || _readsOnly.Contains(name) ? Role.Inner : Role.Last;
    }

    // Control, debug and segment registers.
    private static bool IsSpecial(ReadOnlySpan<char> register) =>
        register.StartsWith("cr") || register.StartsWith("db") || register.StartsWith("dr") || (register.Length == 2 && register[1] == 's');
}
