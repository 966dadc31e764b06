using System.Text.RegularExpressions;
using EntryGen.Asm;
using EntryGen.Asm.Text;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Input;

/// <summary>The option <c>--user-mapped SYMBOL</c>: per-CPU variables that the user half of the page tables maps besides those of Linux.</summary>
/// <param name="Names">The variables.</param>
internal sealed partial record UserMappedSymbols(IReadOnlyList<string> Names)
{
    /// <summary>None.</summary>
    public static UserMappedSymbols None { get; } = new([]);

    /// <summary>As the Program has them: Linux's own keep their size.</summary>
    public IReadOnlyList<PerCpuVariable> Variables =>
        [.. Names.Distinct().Select(name => (KernelSymbols.FindPerCpu(name) ?? new PerCpuVariable(name, null, 8, false)) with { UserMapped = true })];

    /// <summary>Refuses a name by which no unit accesses the per-CPU area.</summary>
    /// <exception cref="InputException">There is one.</exception>
    public void MustBeIn(IReadOnlyList<ReadUnit> units)
    {
        if (Names.Count == 0)
        {
            return;
        }

        var known = units.SelectMany(unit => unit.Listing.Statements).Select(statement => statement.Operands.ToString()).Where(text => text.Contains("%gs:", StringComparison.Ordinal))
            .SelectMany(text => PerCpuAccess().Matches(text).Select(match => match.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);
        if (Names.FirstOrDefault(name => !known.Contains(name)) is { } missing)
        {
            throw new InputException($"--user-mapped {missing}: no code here accesses a per-CPU variable of this name.{NearestName.Suggest(missing, known)}");
        }
    }

    [GeneratedRegex(@"%gs:\s*\(?\s*([A-Za-z_.$][\w.$]*)")]
    private static partial Regex PerCpuAccess();
}
