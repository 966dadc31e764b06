namespace EntryGen.Kernel;

/// <summary>Writes GDT, IDT and TSS as Linux sets them up for a CPU.</summary>
internal static class DescriptorTables
{
    /// <summary>Entries of the GDT.</summary>
    public const int GdtEntries = 16;

    /// <summary>Bytes of the TSS that the processor reads.</summary>
    public const int TssSize = 104;

    /// <summary>Offset of RSP0 in the TSS.</summary>
    public const int TssRsp0 = 4;

    /// <summary>Offset of IST1 in the TSS.</summary>
    public const int TssIst1 = 36;

    private const int TssIoMapBase = 102;
    private const int Ldt = 0x2;
    private const int LdtSize = 8;
    private const int TssBusy = 0xb;

    /// <summary>Writes the segments of <see cref="Selectors"/>.</summary>
    public static void WriteGdt(AddressSpace space, KernelLayout layout, VirtualAddress tss)
    {
        var (tssLow, tssHigh) = Descriptors.System(tss, TssSize - 1, TssBusy);
        Write(Selectors.KernelCode32, Descriptors.Code32(dpl: 0));
        Write(Selectors.KernelCode, Descriptors.Code64(dpl: 0));
        Write(Selectors.KernelData, Descriptors.Data(dpl: 0));
        Write(Selectors.UserCode32, Descriptors.Code32(dpl: 3));
        Write(Selectors.UserData, Descriptors.Data(dpl: 3));
        Write(Selectors.UserCode, Descriptors.Code64(dpl: 3));
        Write(Selectors.Tss, tssLow);
        Write(Selectors.Tss + 8, tssHigh);
        var (ldtLow, ldtHigh) = Descriptors.System(layout.Ldt, LdtSize - 1, Ldt);
        Write(Selectors.Ldt, ldtLow);
        Write(Selectors.Ldt + 8, ldtHigh);
        Write(Selectors.CpuNode, Descriptors.CpuNode(layout.Cpu, node: 0));

        void Write(int selector, ulong descriptor) => space.Write(layout.Gdt + (selector & ~7), descriptor);
    }

    /// <summary>Writes the one segment of the LDT.</summary>
    public static void WriteLdt(AddressSpace space, KernelLayout layout) => space.Write(layout.Ldt, Descriptors.Data16(dpl: 3));

    /// <summary>Writes RSP0 and the interrupt stack table.</summary>
    public static void WriteTss(AddressSpace space, KernelLayout layout, VirtualAddress tss)
    {
        space.Write(tss + TssRsp0, layout.Stack(StackKind.Entry).Top.Value);
        WriteIst(IstSlot.DoubleFault, StackKind.DoubleFault);
        WriteIst(IstSlot.Nmi, StackKind.Nmi);
        WriteIst(IstSlot.Debug, StackKind.Debug);
        WriteIst(IstSlot.MachineCheck, StackKind.MachineCheck);
        WriteIst(IstSlot.VmmCommunication, StackKind.VmmCommunication);
        space.Write(tss + TssIoMapBase, (ushort)TssSize); // beyond the limit: no I/O port is open

        void WriteIst(byte slot, StackKind stack) => space.Write(tss + (TssIst1 + (slot - 1) * 8), layout.Stack(stack).Top.Value);
    }

    /// <summary>Writes one gate of the IDT. All gates of Linux are interrupt gates.</summary>
    public static void WriteGate(AddressSpace space, KernelLayout layout, byte vector, VirtualAddress target, byte ist, bool userCallable)
    {
        var (low, high) = Descriptors.InterruptGate(target, ist, userCallable ? 3 : 0);
        space.Write(layout.Idt + vector * 16, low);
        space.Write(layout.Idt + (vector * 16 + 8), high);
    }
}
