namespace EntryGen.Asm.Building;

/// <summary>What a symbol means after linking.</summary>
/// <param name="Name">Its name as written.</param>
/// <param name="Section">The section of the unit that defines it; null when none does.</param>
/// <param name="Sequence">The label's sequence there.</param>
internal readonly record struct SymbolTarget(string Name, UnitSection? Section, int Sequence)
{
    /// <summary>Whether no unit defines it.</summary>
    public bool IsExternal => Section is null;

    /// <summary>The code it stands before, or null.</summary>
    public CodeItem? Item => Section is { IsCode: true } ? Section.ItemFrom(Sequence) : null;
}
