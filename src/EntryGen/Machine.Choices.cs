using EntryGen.Emulation;

namespace EntryGen;

/// <summary>What the architecture leaves open.</summary>
public sealed partial class Machine
{
    private IChoiceSource? _choices;

    /// <summary>
    /// Who decides what the architecture leaves open. Null: the machine is deterministic. Otherwise TLB and paging-structure caches are at their worst: whatever a
    /// walk could have seen since it last had to be invalidated may still be used, and each access asks which of several translations it takes.
    /// </summary>
    /// <remarks>
    /// Setting it empties the TLB. With choices the machine runs instruction by instruction, and <see cref="Tlb"/> stays empty:
    /// <see cref="LegalTranslations"/> says what may be used. Snapshots cover what may be cached, not the choice source.
    /// </remarks>
    public IChoiceSource? Choices
    {
        get => _choices;
        set
        {
            var changes = value is null != _choices is null;
            _choices = value;
            if (changes)
            {
                Linear.UseWorstCase(value is not null);
            }
        }
    }

    /// <summary>
    /// The translations of an address that a read may use now (SDM vol. 3A, 4.10): that of a walk from CR3 first, if it finds one. Without
    /// <see cref="Choices"/> there is one at most, the TLB's before a walk's.
    /// </summary>
    /// <param name="address">A linear address.</param>
    public IReadOnlyList<Translation> LegalTranslations(VirtualAddress address) => address.IsCanonical ? [.. Linear.LegalTranslations(address.Value)] : [];

    /// <summary>Asks the choice source.</summary>
    /// <exception cref="InvalidOperationException">It chose what is no alternative.</exception>
    internal int Choose(int alternatives, ChoiceKind kind)
    {
        var chosen = _choices!.Choose(alternatives, kind);
        return (uint)chosen < (uint)alternatives
            ? chosen
            : throw new InvalidOperationException($"The choice source chose {chosen} of {alternatives} alternatives; they are numbered from 0.");
    }
}
