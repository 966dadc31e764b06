using EntryGen.Emulation;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios.Translations;

/// <summary>
/// A user page that every mm maps at the same address to a frame of its own, in both halves of its page tables: the page whose entry C code changes and flushes. No two
/// contents that the entry ever had are the same, so what may still be used tells when it was cached.
/// </summary>
internal sealed class ProbePage
{
    private const int FramesPerMm = 256;

    private readonly Machine _machine;
    private readonly AddressSpace _space;
    private readonly ulong _kernelText;
    private readonly PhysicalAddress[] _entries;
    private readonly ulong _another;

    /// <summary>Maps it.</summary>
    /// <param name="environment">The kernel.</param>
    /// <param name="roots">The kernel half's top-level table of each mm; <see cref="ulong.MaxValue"/> where there is none.</param>
    public ProbePage(KernelEnvironment environment, IReadOnlyList<ulong> roots)
    {
        _machine = environment.Machine;
        _space = environment.Space;
        _kernelText = environment.Layout.KernelText.Value;
        _another = roots[(int)Mm.Temporary];
        Address = _space.FindFree(roots[(int)Mm.Process]);
        _entries = [.. roots.Select((root, mm) => root == ulong.MaxValue ? default : _space.MapOwn(root, Address, FrameOf((Mm)mm, 0)))];
    }

    /// <summary>Its linear address.</summary>
    public VirtualAddress Address { get; }

    /// <summary>The entry of an mm is changed.</summary>
    /// <param name="mm">The mm.</param>
    /// <param name="generation">How often it has been.</param>
    public void Change(Mm mm, byte generation) => _space.MapAnew(_entries[(int)mm], FrameOf(mm, generation));

    /// <summary>INVLPG.</summary>
    public void Flush() => new Cpu(_machine).Invlpg(Address.Value);

    /// <summary>MOV to CR3.</summary>
    /// <param name="operand">The value, with bit 63.</param>
    public void WriteCr3(ulong operand) => new Cpu(_machine).WriteControl(3, operand);

    /// <summary>
    /// Puts the TLB at its worst: both halves of the process may have been walked under their PCIDs, and those of another mm, if there is one, under the PCIDs of all other ASIDs.
    /// </summary>
    /// <param name="kernelCr3">CR3 of the kernel half.</param>
    /// <param name="userCr3">CR3 of the user half.</param>
    /// <param name="flushPending">Whether the entry was changed while the user half was not loaded, and flushed from the kernel half only.</param>
    public void Warm(ulong kernelCr3, ulong userCr3, bool flushPending)
    {
        if ((_machine[Reg.Cr4] & Cr4Bits.PCIDE) == 0)
        {
            return;
        }

        var live = _machine[Reg.Cr3];
        var (pcid, half) = (kernelCr3 & Cr3Bits.PcidMask, kernelCr3 ^ userCr3);
        for (var other = 1UL; other <= AddressSpaces.Asids && _another != ulong.MaxValue; other++)
        {
            if (other != pcid)
            {
                _machine[Reg.Cr3] = _another | other;
                _machine[Reg.Cr3] = (_another | other) ^ half;
            }
        }

        _machine[Reg.Cr3] = kernelCr3;
        _machine[Reg.Cr3] = userCr3;
        _machine[Reg.Cr3] = live;
        if (flushPending)
        {
            Change(Mm.Process, FramesPerMm - 1);
            InvalidationRules.InvpcidAddress(_machine, (int)pcid, Address.Value);
        }
    }

    /// <summary>A translation that may be used now and that the page tables in CR3 do not give: of the page itself, or of kernel memory that the user half does not map.</summary>
    public StaleAccess? FindStale() => FindStale(Address.Value) ?? FindStale(_kernelText);

    private StaleAccess? FindStale(ulong address)
    {
        PhysicalAddress? present = _machine.Linear.TryPeek(_machine[Reg.Cr3], address & ~0xFFFUL, out var frame) ? frame : null;
        foreach (var translation in _machine.Linear.LegalTranslations(address))
        {
            if (translation.Map(address & ~0xFFFUL) is var used && used != present)
            {
                return new StaleAccess(address, used, present);
            }
        }

        return null;
    }

    // Beyond the memory that there is: nobody reads or writes the page.
    private PhysicalAddress FrameOf(Mm mm, int generation) =>
        (ulong)_machine.Memory.Size + ((ulong)(((int)mm * FramesPerMm) + generation) * KernelLayout.PageSize);
}
