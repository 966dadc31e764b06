using System.Runtime.CompilerServices;

namespace EntryGen.Emulation;

/// <summary>An access that used what is cached and not what the tables say now.</summary>
/// <param name="Address">The linear address.</param>
/// <param name="Used">The frame that was used; null: it faulted as if not mapped.</param>
/// <param name="Present">The frame by a walk from CR3; null: none.</param>
internal readonly record struct StaleAccess(ulong Address, PhysicalAddress? Used, PhysicalAddress? Present)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{new VirtualAddress(Address & ~0xFFFUL)} is {Words(Used)} in the TLB, {Words(Present)} in the page tables";

    private static string Words(PhysicalAddress? frame) => frame is { } there ? $"frame 0x{there.Value:x}" : "not mapped";
}

/// <summary>Translation under the worst-case policy: an access uses whatever may be cached, as the machine's choices say.</summary>
internal sealed partial class LinearMemory
{
    private const ulong InsignificantBits = PageTableBits.Dirty | PageTableBits.Global;

    private readonly List<TranslationSource> _sources = [];
    private readonly List<(TranslationSource Source, uint Error, Translation Translation)> _outcomes = [];

    /// <summary>What may be cached at worst; null under the deterministic policy.</summary>
    public WorstCaseTranslations? WorstCase { get; private set; }

    /// <summary>Is told when an access does not go as the tables say now; null when nobody is.</summary>
    public Action<StaleAccess>? AccessedStale { get; set; }

    private ulong Root => _file[(int)Reg.Cr3] & Cr3Bits.AddressMask;

    /// <summary>Begins or ends the worst-case policy, with nothing cached.</summary>
    public void UseWorstCase(bool isOn)
    {
        if (WorstCase is { } before)
        {
            _memory.Writing -= before.BeforeWrite;
        }

        WorstCase = isOn ? new WorstCaseTranslations(_memory) : null;
        if (WorstCase is { } now)
        {
            _memory.Writing += now.BeforeWrite;
        }

        LoadWorstCase([], []);
        Tlb.FlushAll();
        ForgetWindows();
    }

    /// <summary>CR3 has been written with a flush, which comes next: what was cached by the old value is known before it.</summary>
    public void LeaveWorstCase() => WorstCase?.Leave();

    /// <summary>Replaces what may be cached, after memory and registers have been replaced.</summary>
    /// <param name="leaves">Translations whose entries were changed.</param>
    /// <param name="trees">Tables that CR3 has left.</param>
    /// <param name="hasSameTables">Whether no table that names tables has changed.</param>
    public void LoadWorstCase(IEnumerable<TlbEntry> leaves, IEnumerable<CachedTree> trees, bool hasSameTables = false) =>
        WorstCase?.Load(Pcid, Root, (_file[(int)Reg.Cr4] & Cr4Bits.PGE) != 0, leaves, trees, hasSameTables);

    /// <summary>The translations that a read may use now.</summary>
    public IEnumerable<Translation> LegalTranslations(ulong address)
    {
        if (WorstCase is null)
        {
            var path = default(WalkPath);
            var isCached = Tlb.TryFind(address, Pcid, out var found);
            return isCached || PageWalker.Walk(_memory, Root, address, HasNoExecute, ref path, out found) == 0 ? [found] : [];
        }

        FindOutcomes(address, AccessKind.Read, default);
        return [.. _outcomes.Where(static outcome => outcome.Error == 0).Select(static outcome => outcome.Translation)];
    }

    private bool HasNoExecute => (_file[(int)Reg.Efer] & EferBits.NXE) != 0;

    private void SelectWorstCase() => WorstCase!.Select(Pcid, Root, (_file[(int)Reg.Cr4] & Cr4Bits.PGE) != 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTranslateAtWorst(ulong address, AccessKind access, out PhysicalAddress physical)
    {
        var rules = Rules(access);
        FindOutcomes(address, access, rules);
        var number = _outcomes.Count > 1 ? _machine.Choose(_outcomes.Count, ChoiceKind.Translation) : 0;
        var (source, error, translation) = _outcomes[number];
        if (number > 0)
        {
            AccessedStale?.Invoke(new StaleAccess(address, Frame(number), Frame(0)));
        }

        if (error == 0 && PageWalker.Allows(translation, access, rules))
        {
            if (source.Table is { } table)
            {
                var path = default(WalkPath);
                PageWalker.Walk(_memory, table, source.Place, address, rules.HasNoExecute, ref path, out _);
                if (!path.IsMarked((access & AccessKind.Write) != 0))
                {
                    path.Mark(_memory, (access & AccessKind.Write) != 0);
                    WorstCase!.ForgetTables();
                }
            }

            physical = translation.Map(address);
            return true;
        }

        physical = default;
        InvalidationRules.PageFault(this, address);
        _machine.Record(new Stop(StopKind.Fault, Vectors.PageFault, ErrorCode(error == 0 ? PageFaultBits.Present : error, access, rules), address));
        return false;
    }

    /// <summary>The different ways in which an access can go: first by a walk from CR3, then by what may be cached.</summary>
    private void FindOutcomes(ulong address, AccessKind access, in AccessRules rules)
    {
        _sources.Clear();
        _outcomes.Clear();
        _sources.Add(new TranslationSource(default, Root, TablePlace.Root));
        WorstCase!.Collect(address, HasNoExecute, _sources);
        foreach (var source in _sources)
        {
            var error = 0U;
            var translation = source.Translation;
            if (source.Table is { } table)
            {
                var path = default(WalkPath);
                error = PageWalker.Walk(_memory, table, source.Place, address, HasNoExecute, ref path, out translation);
            }
            else if ((access & AccessKind.Write) != 0 && !translation.IsDirty && PageWalker.Allows(translation, access, rules))
            {
                // A write by a translation whose dirty flag is clear walks again.
                continue;
            }

            if (!_outcomes.Exists(other => other.Error == error && IsSame(other.Translation, translation)))
            {
                _outcomes.Add((source, error, translation));
            }
        }
    }

    private PhysicalAddress? Frame(int outcome) => _outcomes[outcome] is { Error: 0 } found ? found.Translation.Frame : null;

    private static bool IsSame(Translation left, Translation right) =>
        left.Shift == right.Shift && ((left.Bits ^ right.Bits) & ~InsignificantBits) == 0;
}
