namespace EntryGen.Emulation;

/// <summary>What each operation must invalidate (SDM vol. 3A, 4.10.4.1), and no more: the one place that says so.</summary>
/// <remarks>Each returns what it reported to the observers, so that a caller need not.</remarks>
internal static class InvalidationRules
{
    /// <summary>MOV to CR0: everything when PG goes from 1 to 0; nothing otherwise.</summary>
    public static void WriteCr0(Machine machine, ulong old, ulong value)
    {
        if ((old & ~value & Cr0Bits.PG) != 0)
        {
            All(machine);
        }
    }

    /// <summary>MOV to CR3 with bit 63 of the source clear: all but the global entries of the PCID that is loaded. With bit 63 set: nothing.</summary>
    public static void WriteCr3(Machine machine, int pcid) => Pcid(machine, pcid);

    /// <summary>MOV to CR4: everything when PGE changes or PCIDE goes from 1 to 0; the current PCID when PAE changes or SMEP goes from 0 to 1.
    /// On AMD's processors everything when PSE or PAE changes (APM vol. 2, 5.5.3).</summary>
    public static void WriteCr4(Machine machine, ulong old, ulong value, int pcid)
    {
        var changed = old ^ value;
        var changesAll = machine.Vendor == ProcessorVendor.Amd ? Cr4Bits.PGE | Cr4Bits.PSE | Cr4Bits.PAE : Cr4Bits.PGE;
        if ((changed & changesAll) != 0 || (old & ~value & Cr4Bits.PCIDE) != 0)
        {
            All(machine);
        }
        else if ((changed & Cr4Bits.PAE) != 0 || (~old & value & Cr4Bits.SMEP) != 0)
        {
            Pcid(machine, pcid);
        }
    }

    /// <summary>INVLPG: the address in the current PCID, and global entries for it under any PCID.</summary>
    public static void Invlpg(Machine machine, ulong address)
    {
        machine.Linear.WorstCase?.FlushTables(machine.Linear.Pcid);
        Page(machine.Linear, address, machine.Linear.Pcid, andGlobal: true);
        machine.NotifyFlush(TlbFlushKind.Page, machine.Linear.Pcid, address);
    }

    /// <summary>INVPCID type 0: the address in one PCID, but for global entries.</summary>
    public static void InvpcidAddress(Machine machine, int pcid, ulong address)
    {
        machine.Linear.WorstCase?.FlushTables(pcid);
        Page(machine.Linear, address, pcid, andGlobal: false);
        machine.NotifyFlush(TlbFlushKind.Page, pcid, address);
    }

    /// <summary>INVPCID type 1: one PCID, but for global entries.</summary>
    public static void InvpcidContext(Machine machine, int pcid) => Pcid(machine, pcid);

    /// <summary>INVPCID type 2: everything.</summary>
    public static void InvpcidAll(Machine machine) => All(machine);

    /// <summary>INVPCID type 3: all PCIDs, but for global entries.</summary>
    public static void InvpcidAllButGlobal(Machine machine)
    {
        machine.Linear.Tlb.FlushAllButGlobal();
        machine.Linear.WorstCase?.FlushAllButGlobal();
        machine.Linear.ForgetWindows();
        machine.NotifyFlush(TlbFlushKind.AllButGlobal, -1);
    }

    /// <summary>#PF: the address in the current PCID. Global entries too: 4.10.4.3 promises that a fault by a stale entry happens at most once.</summary>
    public static void PageFault(LinearMemory linear, ulong address)
    {
        linear.WorstCase?.FlushTables(linear.Pcid, address);
        Page(linear, address, linear.Pcid, andGlobal: true);
    }

    private static void All(Machine machine)
    {
        machine.Linear.Tlb.FlushAll();
        machine.Linear.WorstCase?.FlushAll();
        machine.Linear.ForgetWindows();
        machine.NotifyFlush(TlbFlushKind.All, -1);
    }

    private static void Pcid(Machine machine, int pcid)
    {
        machine.Linear.Tlb.FlushPcid(pcid);
        machine.Linear.WorstCase?.FlushPcid(pcid);
        machine.Linear.ForgetWindows(pcid);
        machine.NotifyFlush(TlbFlushKind.Pcid, pcid);
    }

    private static void Page(LinearMemory linear, ulong address, int pcid, bool andGlobal)
    {
        linear.WorstCase?.FlushPage(address, pcid);
        if (andGlobal)
        {
            linear.WorstCase?.FlushPage(address, WorstCaseTranslations.Global);
        }

        var shift = linear.Tlb.FlushPage(address, pcid);
        if (andGlobal)
        {
            shift = Math.Max(shift, linear.Tlb.FlushGlobalPage(address));
        }

        if (shift != 0)
        {
            linear.ForgetWindows(address, shift);
        }
    }
}
