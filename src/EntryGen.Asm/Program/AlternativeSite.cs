using EntryGen.Asm.Gas;

namespace EntryGen.Asm;

/// <summary>A place where the kernel patches code by CPU feature (arch/x86/include/asm/alternative.h). The choice is kept, never made, while reading.</summary>
public sealed class AlternativeSite : CodeItem
{
    /// <summary>The unpatched code: its first item, or what follows the site when the original is empty.</summary>
    public CodeItem Original { get; internal set; } = null!;

    /// <summary>The records in order; the last one that is enabled wins, and none enabled leaves <see cref="Original"/>.</summary>
    public IReadOnlyList<AlternativeChoice> Choices { get; internal set; } = [];

    /// <summary>The code that runs under some features: of the choices that apply the last one's, as later patches overwrite earlier ones.</summary>
    /// <param name="isOn">Whether a feature is on. <see cref="CpuFeature.IsAlwaysOn"/> is not asked for.</param>
    /// <returns>The first item of the selected code, or what follows the site when that is empty.</returns>
    public CodeItem Select(Func<CpuFeature, bool> isOn) => SelectChoice(isOn)?.Target ?? Original;

    /// <summary>The choice that some features select, or null when they leave the original.</summary>
    /// <param name="isOn">Whether a feature is on. <see cref="CpuFeature.IsAlwaysOn"/> is not asked for.</param>
    public AlternativeChoice? SelectChoice(Func<CpuFeature, bool> isOn)
    {
        for (var i = Choices.Count - 1; i >= 0; i--)
        {
            var choice = Choices[i];
            if ((choice.Feature.IsAlwaysOn || isOn(choice.Feature)) != choice.Inverted)
            {
                return choice;
            }
        }

        return null;
    }
}

/// <summary>One way in which a site can be patched.</summary>
/// <param name="Feature">The CPU feature.</param>
/// <param name="Inverted">True when the code is used while the feature is off.</param>
/// <param name="Target">First item of the replacement, or what follows the site when it is empty.</param>
public sealed record AlternativeChoice(CpuFeature Feature, bool Inverted, CodeItem Target)
{
    /// <summary>
    /// The kernel makes a direct call of what the original calls through memory, pv_ops mostly (ALT_FLAG_DIRECT_CALL): the replacement only keeps the place, and what
    /// runs does what the original does. <see cref="Target"/> is the original then.
    /// </summary>
    public bool IsDirectCall { get; init; }
}

/// <summary>A record of .altinstructions (struct alt_instr).</summary>
/// <param name="Site">The site it patches.</param>
/// <param name="Choice">What it says, as the site has it.</param>
/// <param name="Original">The code that is overwritten, padding included.</param>
/// <param name="Replacement">The code that is put there.</param>
/// <param name="Statement">The first statement of the record.</param>
public sealed record AlternativeRecord(AlternativeSite Site, AlternativeChoice Choice, LabelRange Original, LabelRange Replacement, Statement Statement);

/// <summary>Code between two labels.</summary>
/// <param name="Start">The label before its first byte.</param>
/// <param name="End">The label behind its last byte; the same one when there is none.</param>
public sealed record LabelRange(LabelDefinition Start, LabelDefinition End);

/// <summary>A CPU feature or bug bit.</summary>
/// <param name="Name">Name without X86_FEATURE_ (a bug keeps BUG_), or <c>word*32+bit</c> when no macro names it.</param>
/// <param name="Number">The kernel's number.</param>
/// <param name="Index">Position in <see cref="Program.Features"/>: the bit that stands for it in generated code.</param>
public sealed record CpuFeature(string Name, int Number, int Index)
{
    /// <summary>Whether it is X86_FEATURE_ALWAYS, which the kernel sets on every CPU: inverted, it marks code that is never used.</summary>
    public bool IsAlwaysOn => Name == "ALWAYS";
}
