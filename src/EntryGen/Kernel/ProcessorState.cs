using EntryGen.Emulation;

namespace EntryGen.Kernel;

/// <summary>Control registers and MSRs as Linux sets them once per CPU.</summary>
internal static class ProcessorState
{
    /// <summary>What SYSCALL clears in RFLAGS (<c>syscall_init</c>).</summary>
    private const ulong SyscallMask = Flags.Status | Flags.TF | Flags.IF | Flags.DF | Flags.IOPL | Flags.NT | Flags.RF | Flags.AC | Flags.ID;

    private const int GdtLimit = DescriptorTables.GdtEntries * 8 - 1;
    private const int IdtLimit = 256 * 16 - 1;

    public static void Initialise(Machine machine, EntryUnit unit, KernelOptions options, KernelLayout layout, VirtualAddress tss)
    {
        var features = options.Features;
        machine[Reg.Cr0] = Cr0Bits.PE | Cr0Bits.MP | Cr0Bits.ET | Cr0Bits.NE | Cr0Bits.WP | Cr0Bits.AM | Cr0Bits.PG;
        machine[Reg.Cr4] = Cr4Bits.DE | Cr4Bits.PSE | Cr4Bits.PAE | Cr4Bits.MCE | Cr4Bits.PGE | Cr4Bits.OSFXSR | Cr4Bits.OSXMMEXCPT
            | (options.Pcid ? Cr4Bits.PCIDE : 0)
            | (features.Contains("FSGSBASE") ? Cr4Bits.FSGSBASE : 0)
            | (features.Contains("SMEP") ? Cr4Bits.SMEP : 0)
            | (features.Contains("SMAP") ? Cr4Bits.SMAP : 0)
            | (features.Contains("IBT") ? Cr4Bits.CET : 0);
        machine[Reg.SCet] = features.Contains("IBT") ? CetBits.EndbranchEnable : 0;
        machine[Reg.Efer] = EferBits.SCE | EferBits.LME | EferBits.LMA | EferBits.NXE;

        machine[Reg.GdtBase] = layout.Gdt.Value;
        machine[Reg.GdtLimit] = GdtLimit;
        machine[Reg.IdtBase] = layout.Idt.Value;
        machine[Reg.IdtLimit] = IdtLimit;
        machine[Reg.TrSelector] = Selectors.Tss;
        machine[Reg.TrBase] = tss.Value;
        machine[Reg.LdtrSelector] = 0;

        machine[Reg.Star] = (ulong)Selectors.UserCode32 << 48 | (ulong)Selectors.KernelCode << 32;
        machine[Reg.Lstar] = Target("entry_SYSCALL_64");
        machine[Reg.Cstar] = Target("entry_SYSCALL_compat", "entry_SYSCALL32_ignore", "ignore_sysret");
        machine[Reg.Sfmask] = SyscallMask;
        machine[Reg.SysenterCs] = Selectors.KernelCode;
        machine[Reg.SysenterEsp] = layout.Stack(StackKind.Entry).Top.Value;
        machine[Reg.SysenterEip] = Target("entry_SYSENTER_compat");
        machine[Reg.TscAux] = (ulong)layout.Cpu;
        if (options.Fred && unit.Symbols.TryGetValue(FredSetup.UserEntry, out var entry))
        {
            FredSetup.Initialise(machine, layout, entry);
        }

        ulong Target(params ReadOnlySpan<string> symbols)
        {
            foreach (var symbol in symbols)
            {
                if (unit.Symbols.TryGetValue(symbol, out var address))
                {
                    return address;
                }
            }

            return KernelImage.Unhandled(layout, LinuxVectors.Int80).Value;
        }
    }
}
