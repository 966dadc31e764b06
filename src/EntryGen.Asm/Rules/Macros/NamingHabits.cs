using EntryGen.Asm.Gas;

namespace EntryGen.Asm.Rules.Macros;

/// <summary>How the calls of a unit give their arguments.</summary>
internal sealed class NamingHabits
{
    private readonly Dictionary<(MacroDefinition Macro, int Parameter), int> _named = [];
    private readonly Dictionary<string, Usage> _byName = new(StringComparer.Ordinal);

    /// <summary>Counts.</summary>
    /// <param name="calls">Every call as written, once.</param>
    public NamingHabits(IEnumerable<MacroCall> calls)
    {
        foreach (var call in calls)
        {
            foreach (var argument in call.Arguments)
            {
                if (argument.IsNamed)
                {
                    _named[(call.Macro, argument.Parameter)] = NamingCalls(call.Macro, argument.Parameter) + 1;
                }

                if (!call.IsInMacroBody)
                {
                    Count(call, argument);
                }
            }
        }
    }

    /// <summary>Who names the parameter that a call gives an argument by position, as the beginning of a clause; null when nobody does.</summary>
    /// <remarks>
    /// Other calls of the macro decide. Where it has none that name it, those of other macros with a parameter of that name do, if all of them name it: their author
    /// names such arguments.
    /// </remarks>
    public string? WhoNames(MacroCall call, MacroArgument argument)
    {
        if (call.Macro.Parameters[argument.Parameter].Kind == MacroParameterKind.VarArg)
        {
            return null;
        }

        var others = NamingCalls(call.Macro, argument.Parameter);
        if (others > 0)
        {
            return others == 1 ? "another call of it names" : $"{others} other calls of it name";
        }

        var usage = _byName[call.Macro.Parameters[argument.Parameter].Name];
        return usage.Macros.Count > 0 && usage.ByPosition.Count == 1 && usage.ByPosition.Contains(call.Macro)
            ? $"the calls of {string.Join(", ", usage.Macros.Select(macro => $"'{macro}'"))} name"
            : null;
    }

    private int NamingCalls(MacroDefinition macro, int parameter) => _named.TryGetValue((macro, parameter), out var count) ? count : 0;

    private void Count(MacroCall call, MacroArgument argument)
    {
        var name = call.Macro.Parameters[argument.Parameter].Name;
        if (!_byName.TryGetValue(name, out var usage))
        {
            _byName.Add(name, usage = new Usage());
        }

        if (argument.IsNamed)
        {
            usage.Macros.Add(call.Macro.Name);
        }
        else
        {
            usage.ByPosition.Add(call.Macro);
        }
    }

    private sealed class Usage
    {
        /// <summary>The macros to which it is given by name.</summary>
        public SortedSet<string> Macros { get; } = new(StringComparer.Ordinal);

        /// <summary>The macros to which it is given by position.</summary>
        public HashSet<MacroDefinition> ByPosition { get; } = [];
    }
}
