using EntryGen.Asm.Gas;

namespace EntryGen.Asm.Building;

/// <summary>
/// Where the source says that code has to stand: behind <c>.org</c>, which a processor that enters at fixed distances relies on (FRED's entry point for the kernel is 256
/// bytes behind that for user mode), and at the start of a page. Other padding has no meaning in a layout of its own.
/// </summary>
internal sealed class CodePositions
{
    private const int PageSize = 0x1000;

    private readonly Dictionary<CodeItem, CodePosition> _byItem = [];

    private CodePositions()
    {
    }

    /// <summary>Reads what a section says.</summary>
    /// <param name="section">A section of code.</param>
    /// <param name="linker">Finds labels.</param>
    public static CodePositions Of(UnitSection section, Linker linker)
    {
        var positions = new CodePositions();
        foreach (var statement in section.Statements)
        {
            if (statement.Kind == StatementKind.Directive && Read(statement, section, linker) is { } position && section.ItemFrom(statement.Sequence) is { } item)
            {
                positions._byItem[item] = positions._byItem.TryGetValue(item, out var earlier) ? earlier.And(position) : position;
            }
        }

        return positions;
    }

    /// <summary>Where an item has to stand; null when that is said of the item before it, or of none.</summary>
    public CodePosition? At(CodeItem item) => _byItem.TryGetValue(item, out var position) ? position : null;

    private static CodePosition? Read(Statement statement, UnitSection section, Linker linker)
    {
        switch (statement.Name)
        {
            case ".align" or ".balign" or ".p2align":
                return DataDirectives.Read(statement, section.Unit.Symbols).Alignment >= PageSize ? new CodePosition(true, null, 0) : null;
            case ".org" when DataDirectives.Evaluate(statement, section.Unit.Symbols) is [{ Added: { } label, Subtracted: null } place, ..]:
                var target = linker.Link(section.Unit, label);
                return target.Section == section && target.Item is { } item ? new CodePosition(false, item, place.Addend) : null;
            default:
                return null;
        }
    }
}

/// <summary>Where an item has to stand.</summary>
/// <param name="StartsPage">At the start of a page.</param>
/// <param name="Origin">At a distance from this item; null: not.</param>
/// <param name="Distance">The distance in bytes.</param>
internal sealed record CodePosition(bool StartsPage, CodeItem? Origin, long Distance)
{
    /// <summary>Both.</summary>
    public CodePosition And(CodePosition later) => later.Origin is null ? this with { StartsPage = StartsPage || later.StartsPage } : later with { StartsPage = StartsPage || later.StartsPage };
}
