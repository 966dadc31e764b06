namespace EntryGen.Asm;

/// <summary>A place where the kernel patches code by CPU feature (arch/x86/include/asm/alternative.h). The choice is kept, never made, while reading.</summary>
public sealed class AlternativeSite : CodeItem
{
    /// <summary>The unpatched code: its first item, or what follows the site when the original is empty.</summary>
    public CodeItem Original { get; internal set; } = null!;

    /// <summary>The records in order; the last one that is enabled wins, and none enabled leaves <see cref="Original"/>.</summary>
    public IReadOnlyList<AlternativeChoice> Choices { get; internal set; } = [];
}

/// <summary>One .altinstructions record.</summary>
/// <param name="Feature">The CPU feature.</param>
/// <param name="Inverted">True when the code is used while the feature is off.</param>
/// <param name="Target">First item of the replacement, or what follows the site when it is empty.</param>
public sealed record AlternativeChoice(CpuFeature Feature, bool Inverted, CodeItem Target);

/// <summary>A CPU feature or bug bit.</summary>
/// <param name="Name">Name without X86_FEATURE_ (a bug keeps BUG_), or <c>word*32+bit</c> when no macro names it.</param>
/// <param name="Number">The kernel's number.</param>
/// <param name="Index">Position in <see cref="Program.Features"/>: the bit that stands for it in generated code.</param>
public sealed record CpuFeature(string Name, int Number, int Index);
