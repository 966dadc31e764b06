using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Tests.Kernel;

/// <summary>GDT, IDT and TSS byte for byte where the SDM's figures give the bytes.</summary>
public sealed class DescriptorTableTests
{
    private static readonly KernelLayout _layout = new();

    private static readonly EntryUnit _unit = new HandWrittenUnit()
        .KernelVariables()
        .Label("asm_exc_page_fault").Add("nop", Nop)
        .Label("asm_exc_int3").Add("nop", Nop)
        .Label("asm_exc_nmi").Add("nop", Nop)
        .Label("asm_exc_nmi_noist").Add("nop", Nop)
        .Label("asm_exc_double_fault").Add("nop", Nop)
        .Label("asm_sysvec_apic_timer_interrupt").Add("nop", Nop)
        .Label("asm_int80_emulation").Add("nop", Nop)
        .Build();

    private readonly KernelEnvironment _environment = KernelEnvironment.Create(_unit, new KernelOptions { Layout = new KernelLayout { Cpu = 3 } });

    [Theory]
    [InlineData(Selectors.KernelCode32, 0x00cf9b000000fffful)]
    [InlineData(Selectors.KernelCode, 0x00af9b000000fffful)]
    [InlineData(Selectors.KernelData, 0x00cf93000000fffful)]
    [InlineData(Selectors.UserCode32, 0x00cffb000000fffful)]
    [InlineData(Selectors.UserData, 0x00cff3000000fffful)]
    [InlineData(Selectors.UserCode, 0x00affb000000fffful)]
    [InlineData(Selectors.Tss, 0x00008b0030000067ul)]
    [InlineData(Selectors.Tss + 8, 0x00000000fffffe00ul)]
    [InlineData(Selectors.Ldt, 0x0000820000000007ul)]
    [InlineData(Selectors.Ldt + 8, 0x00000000ffff8800ul)]
    [InlineData(Selectors.CpuNode, 0x0040f50000000003ul)]
    public void GdtHoldsLinuxSegments(int selector, ulong descriptor) =>
        Assert.Equal(descriptor, _environment.Machine.Peek<ulong>(_layout.Gdt + (selector & ~7)));

    [Theory]
    [InlineData("asm_exc_page_fault", 14, 0, 0)]
    [InlineData("asm_exc_int3", 3, 0, 3)]
    [InlineData("asm_exc_nmi", 2, IstSlot.Nmi, 0)]
    [InlineData("asm_exc_double_fault", 8, IstSlot.DoubleFault, 0)]
    [InlineData("asm_sysvec_apic_timer_interrupt", 0xec, 0, 0)]
    [InlineData("asm_int80_emulation", 0x80, 0, 3)]
    public void IdtLeadsToTheUnitsHandlers(string symbol, int vector, int ist, int dpl)
    {
        var low = _environment.Machine.Peek<ulong>(_layout.Idt + vector * 16);
        var high = _environment.Machine.Peek<ulong>(_layout.Idt + (vector * 16 + 8));
        Assert.Equal(_unit.Symbols[symbol], (low & 0xffff) | (low >> 32 & 0xffff_0000) | high << 32);
        Assert.Equal(Selectors.KernelCode, (int)(low >> 16) & 0xffff);
        Assert.Equal(ist, (int)(low >> 32) & 7);
        Assert.Equal(0x8e | dpl << 5, (int)(low >> 40) & 0xff);
    }

    [Fact]
    public void VectorsWithoutAHandlerLeadToAnAddressThatNamesThem()
    {
        var low = _environment.Machine.Peek<ulong>(_layout.Idt + 13 * 16);
        var high = _environment.Machine.Peek<ulong>(_layout.Idt + (13 * 16 + 8));
        Assert.Equal((_layout.OtherEntryText + 13 * 16).Value, (low & 0xffff) | (low >> 32 & 0xffff_0000) | high << 32);
    }

    [Theory]
    [InlineData(4, 0xfffffe0000003000ul)] // RSP0: the entry stack's top
    [InlineData(36, 0xfffffe000000b000ul)] // #DF
    [InlineData(44, 0xfffffe000000e000ul)] // NMI
    [InlineData(52, 0xfffffe0000011000ul)] // #DB
    [InlineData(60, 0xfffffe0000014000ul)] // #MC
    [InlineData(68, 0xfffffe0000017000ul)] // #VC
    public void TssHoldsTheStacks(int offset, ulong expected) => Assert.Equal(expected, _environment.Machine.Peek<ulong>(_layout.Tss + offset));

    [Fact]
    public void VariablesHoldWhatARunningKernelHas()
    {
        var machine = KernelEnvironment.Create(_unit, new KernelOptions { Asid = 2, UserFlushPending = true }).Machine;
        Assert.Equal(0xffffc900_00008000ul, machine.Peek<ulong>(_layout.PerCpuBase + 0x6018));
        Assert.Equal((ushort)(1 << 3), machine.Peek<ushort>(_layout.PerCpuBase + (0x6100 + 22)));
        Assert.Equal((ushort)0, _environment.Machine.Peek<ushort>(_layout.PerCpuBase + (0x6100 + 22)));
    }

    [Theory]
    [InlineData(Reg.Star, 0x0023_0010_0000_0000ul)]
    [InlineData(Reg.Sfmask, 0x257fd5ul)]
    [InlineData(Reg.SysenterEsp, 0xfffffe0000003000ul)]
    [InlineData(Reg.TrSelector, 0x40ul)]
    [InlineData(Reg.Cr0, 0x80050033ul)]
    [InlineData(Reg.Efer, 0xd01ul)]
    public void ProcessorIsSetUpAsLinuxDoes(Reg register, ulong expected) => Assert.Equal(expected, _environment.Machine[register]);

    private static bool Nop(ref Cpu cpu) => true;
}
