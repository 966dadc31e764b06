using EntryGen.Asm.Text;

namespace EntryGen.Asm.Units;

/// <summary>Chooses places for per-CPU variables from their names alone.</summary>
internal static class PerCpuPlaces
{
    // Behind everything that the layout places by itself, which starts at the beginning of the area.
    private const long UserMapped = 0x10_0000;
    private const long KernelOnly = 0x20_0000;
    private const int PageSize = 0x1000;
    private const int CacheLine = 64;
    private const int Places = 256;
    private const int Lines = 0x1000;

    /// <summary>The place of a variable. User-mapped ones take whole pages, so that nothing else shares a page that user mode can see.</summary>
    public static long Of(PerCpuDeclaration variable) => variable.UserMapped
        ? UserMapped + ((long)(StableHash.Of(variable.Name) % Places) * PageSize)
        : KernelOnly + ((long)(StableHash.Of(variable.Name) % Lines) * CacheLine);
}
