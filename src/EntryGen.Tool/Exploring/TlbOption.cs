using System.CommandLine;

namespace EntryGen.Tool.Exploring;

/// <summary>Who says whether a translation is stale.</summary>
internal enum TlbPolicy
{
    /// <summary>An account of what was changed and flushed.</summary>
    Bookkeeping,

    /// <summary>The machine's TLB, which holds whatever it may.</summary>
    Worst,
}

/// <summary>The <c>--tlb</c> option.</summary>
internal static class TlbOption
{
    /// <summary>What it takes for a TLB at its worst.</summary>
    public const string Worst = "worst";

    private const string Bookkeeping = "bookkeeping";

    /// <summary>Creates it.</summary>
    public static Option<TlbPolicy> Create() => new("--tlb")
    {
        Description = $"Who says whether a translation is stale: {Bookkeeping}, an account of what was changed and flushed (default); or {Worst}, a TLB in which whatever may be cached is, and from which each "
            + "instruction may take any translation that no flush had to remove.",
        HelpName = $"{Bookkeeping}|{Worst}",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (text is not (Worst or Bookkeeping))
            {
                result.AddError($"'{text}': --tlb takes {Bookkeeping} or {Worst}.");
            }

            return text == Worst ? TlbPolicy.Worst : TlbPolicy.Bookkeeping;
        },
    };
}
