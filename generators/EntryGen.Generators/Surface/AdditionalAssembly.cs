using EntryGen.Asm.Units;
using Microsoft.CodeAnalysis;

namespace EntryGen.Surface;

/// <summary>AdditionalFiles items as the files a unit may reach.</summary>
internal static class AdditionalAssembly
{
    /// <summary>The inputs of a unit; only files that it reaches are read.</summary>
    public static UnitInputs Gather(UnitDeclaration unit, IReadOnlyList<AdditionalText> files, UnitReadings readings, CancellationToken cancellation) =>
        UnitInputs.Gather(unit, [.. files.Select(file => file.Path)], index =>
        {
            cancellation.ThrowIfCancellationRequested();
            return files[index].GetText(cancellation) is { } text ? readings.TextOf(text) : null;
        });
}
