using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>How an operation sets the status flags, as C# over its inputs and result.</summary>
/// <remarks>
/// Nothing is computed where flags are set: the rule and its inputs are kept until somebody reads a flag (then that flag's expression is
/// written) or all of RFLAGS is needed (then a call to the rule's function, whose body is made of the same expressions).
/// A flag that the SDM leaves undefined is not in <see cref="Mask"/>: it keeps its value.
/// </remarks>
internal sealed class FlagRule
{
    /// <summary>Name of the function: the operation, <c>Flags</c> and the width in bits.</summary>
    public required string Name { get; init; }

    /// <summary>Flags that are given a value.</summary>
    public required StatusFlags Mask { get; init; }

    /// <summary>Whether every flag of <see cref="Mask"/> is given a value whatever the inputs are; not so for a shift by a count that may be 0.</summary>
    public bool IsDefinite { get; init; } = true;

    /// <summary>Names of the inputs.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Whether a flag is set, as a C# expression of type <c>bool</c> over the texts of the inputs.</summary>
    public required Func<StatusFlags, IReadOnlyList<string>, string> Test { get; init; }

    /// <summary>A shorter expression for a whole condition, or null.</summary>
    public Func<Condition, IReadOnlyList<string>, string?> Condition { get; init; } = static (_, _) => null;

    /// <summary>For an indefinite rule: when nothing changes, as a C# expression of type <c>bool</c>.</summary>
    public string? Unless { get; init; }

    /// <summary>For an indefinite rule: when a flag of <see cref="Mask"/> keeps its value though the rule applies; null when never.</summary>
    public Func<StatusFlags, string?> Keeps { get; init; } = static _ => null;

    /// <summary>The flags that are set when the only input is 0; null when that is no frequent case.</summary>
    public StatusFlags? OfZero { get; init; }

    /// <summary>The function that gives RFLAGS its new value.</summary>
    public string Function()
    {
        var writer = new IndentedWriter();
        var parameters = string.Concat(Inputs.Select(input => $", ulong {input}"));
        using (writer.Braces($"private static ulong {Name}(ulong flags{parameters})"))
        using (writer.Braces("unchecked"))
        {
            if (Unless is not null)
            {
                using (writer.Braces($"if ({Unless})"))
                {
                    writer.Line("return flags;");
                }

                writer.Line();
            }

            writer.Line($"return flags & ~{Value.Number((ulong)Mask)}");
            using (writer.Indent())
            {
                WriteFlags(writer);
            }
        }

        return writer.ToString().TrimEnd('\n');
    }

    private void WriteFlags(IndentedWriter writer)
    {
        var flags = Single.Where(flag => (Mask & flag) != 0).ToArray();
        foreach (var flag in flags)
        {
            var end = flag == flags[flags.Length - 1] ? ";" : "";
            var bit = Value.Number((ulong)flag);
            var test = Test(flag, Inputs);
            var value = test == "false" ? "0UL" : $"({test} ? {bit} : 0UL)";
            writer.Line($"| {(Keeps(flag) is { } keeps ? $"({keeps} ? flags & {bit} : {value})" : value)}{end} // {flag}");
        }
    }

    /// <summary>The six flags one by one.</summary>
    public static IReadOnlyList<StatusFlags> Single { get; } =
        [StatusFlags.CF, StatusFlags.PF, StatusFlags.AF, StatusFlags.ZF, StatusFlags.SF, StatusFlags.OF];
}
