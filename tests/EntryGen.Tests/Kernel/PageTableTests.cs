using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Tests.Kernel;

/// <summary>What each half of the page tables maps, asked of the processor: which accesses fault.</summary>
public sealed class PageTableTests
{
    private static readonly KernelLayout _layout = new();

    private static readonly EntryUnit _unit = new HandWrittenUnit()
        .KernelVariables()
        .External("exc_nmi", "function", HandWrittenUnit.Functions, 0)
        .External("__per_cpu_offset", "data", HandWrittenUnit.Data, 0x200)
        .External("x86_verw_sel", "data", HandWrittenUnit.Data + 0x1000, 2, userMapped: true)
        .Build();

    /// <summary>Name, address, then what CPL 0 may do under the kernel half, the user half, and the one table without isolation: read, write, fetch.</summary>
    public static TheoryData<string, ulong, string, string, string> Kernel => new()
    {
        { "entry text", HandWrittenUnit.EntryText, "r-x", "r-x", "r-x" },
        { "C function", HandWrittenUnit.Functions, "r-x", "---", "r-x" },
        { "other entry text", _layout.OtherEntryText.Value, "r-x", "r-x", "r-x" },
        { "other text", _layout.KernelText.Value, "r-x", "---", "r-x" },
        { "data", HandWrittenUnit.Data, "rw-", "---", "rw-" },
        { "data of entry code", HandWrittenUnit.Data + 0x1000, "r--", "r--", "r--" },
        { "cpu_tss_rw", _layout.PerCpuBase.Value + 0x2000, "rw-", "rw-", "rw-" },
        { "end of cpu_tss_rw", _layout.PerCpuBase.Value + 0x4fff, "rw-", "rw-", "rw-" },
        { "pcpu_hot", _layout.PerCpuBase.Value + 0x6000, "rw-", "---", "rw-" },
        { "per-CPU area without variables", _layout.PerCpuBase.Value + 0x8000, "---", "---", "---" },
        { "thread stack", _layout.ThreadStack.Value, "rw-", "---", "rw-" },
        { "thread stack's last byte", _layout.ThreadStack.Value + 0x3fff, "rw-", "---", "rw-" },
        { "guard below the thread stack", _layout.ThreadStack.Value - 1, "---", "---", "---" },
        { "guard above the thread stack", _layout.ThreadStack.Value + 0x4000, "---", "---", "---" },
        { "IDT", 0xfffffe00_00000000, "r--", "r--", "r--" },
        { "GDT", 0xfffffe00_00001000, "r--", "r--", "r--" },
        { "entry stack", 0xfffffe00_00002000, "rw-", "rw-", "rw-" },
        { "TSS", 0xfffffe00_00003000, "r--", "r--", "r--" },
        { "guard below the #DF stack", 0xfffffe00_00008fff, "---", "---", "---" },
        { "#DF stack", 0xfffffe00_00009000, "rw-", "rw-", "rw-" },
        { "guard below the NMI stack", 0xfffffe00_0000bfff, "---", "---", "---" },
        { "NMI stack", 0xfffffe00_0000c000, "rw-", "rw-", "rw-" },
        { "top of the NMI stack", 0xfffffe00_0000dfff, "rw-", "rw-", "rw-" },
        { "guard above the NMI stack", 0xfffffe00_0000e000, "---", "---", "---" },
        { "#DB stack", 0xfffffe00_0000f000, "rw-", "rw-", "rw-" },
        { "#MC stack", 0xfffffe00_00012000, "rw-", "rw-", "rw-" },
        { "#VC stack", 0xfffffe00_00015000, "rw-", "rw-", "rw-" },
        { "VC2 stack", 0xfffffe00_00018000, "rw-", "rw-", "rw-" },
        { "after the VC2 stack", 0xfffffe00_0001a000, "---", "---", "---" },
        { "espfix", 0xffffff00_00000000, "r--", "r--", "r--" },
        { "alias of espfix", 0xffffff00_00010000, "r--", "r--", "r--" },
        { "last alias of espfix", 0xffffff00_ffff0000, "r--", "r--", "r--" },
        { "between two aliases", 0xffffff00_ffff1000, "---", "---", "---" },
        { "LDT", 0xffff8800_00000000, "r--", "r--", "r--" },
        { "direct map", 0xffff8880_00000000, "rw-", "---", "rw-" },
        { "direct map's end", 0xffff8880_00ffffff, "rw-", "---", "rw-" },
        { "after the direct map", 0xffff8880_01000000, "---", "---", "---" },
    };

    [Theory]
    [MemberData(nameof(Kernel))]
    public void CplZeroSees(string name, ulong address, string kernel, string user, string unisolated)
    {
        Assert.NotEmpty(name);
        var isolated = Create(pti: true);
        Assert.Equal(kernel, Access(isolated, isolated.KernelCr3, Selectors.KernelCode, address));
        Assert.Equal(user, Access(isolated, isolated.UserCr3, Selectors.KernelCode, address));
        var plain = Create(pti: false);
        Assert.Equal(plain.KernelCr3, plain.UserCr3);
        Assert.Equal(unisolated, Access(plain, plain.KernelCr3, Selectors.KernelCode, address));

        // None of it is the user's.
        Assert.Equal("---", Access(isolated, isolated.UserCr3, Selectors.UserCode, address));
        Assert.Equal("---", Access(plain, plain.KernelCr3, Selectors.UserCode, address));
    }

    public static TheoryData<string, ulong, string, string, string> User => new()
    {
        { "user text", _layout.UserText.Value, "r--", "r-x", "r-x" },
        { "user stack", _layout.UserStack.Value, "rw-", "rw-", "rw-" },
        { "below the user stack", _layout.UserStack.Value - 1, "---", "---", "---" },
    };

    [Theory]
    [MemberData(nameof(User))]
    public void UserProgramCannotRunOnTheKernelHalf(string name, ulong address, string kernel, string user, string unisolated)
    {
        Assert.NotEmpty(name);
        var isolated = Create(pti: true);
        Assert.Equal(kernel, Access(isolated, isolated.KernelCr3, Selectors.UserCode, address));
        Assert.Equal(user, Access(isolated, isolated.UserCr3, Selectors.UserCode, address));
        var plain = Create(pti: false);
        Assert.Equal(unisolated, Access(plain, plain.KernelCr3, Selectors.UserCode, address));

        // SMEP and SMAP keep the kernel out.
        Assert.Equal("---", Access(isolated, isolated.KernelCr3, Selectors.KernelCode, address));
    }

    [Theory]
    [InlineData(0, 1ul, 2049ul)]
    [InlineData(5, 6ul, 2054ul)]
    public void PcidsFollowTheAsid(int asid, ulong kernelPcid, ulong userPcid)
    {
        var environment = KernelEnvironment.Create(_unit, new KernelOptions { Asid = asid });
        Assert.Equal(kernelPcid, environment.KernelCr3 & 0xfff);
        Assert.Equal(userPcid, environment.UserCr3 & 0xfff);
        Assert.Equal(0x1800ul, environment.UserCr3 ^ environment.KernelCr3);
        Assert.Equal(0ul, environment.KernelCr3 & 0x1000);
    }

    [Theory]
    [InlineData(true, 0x1000ul)]
    [InlineData(false, 0ul)]
    public void WithoutPcidsTheHalvesDifferInOneBit(bool pti, ulong difference)
    {
        var features = KernelOptions.DefaultFeatures.Without("PCID");
        var environment = KernelEnvironment.Create(_unit, new KernelOptions { Features = pti ? features : features.Without("PTI") });
        Assert.Equal(difference, environment.UserCr3 ^ environment.KernelCr3);
        Assert.Equal(0ul, environment.KernelCr3 & 0xfff);
        Assert.Equal(0ul, environment.Machine[Reg.Cr4] & Cr4Bits.PCIDE);
    }

    [Fact]
    public void OnlyWhatBothHalvesMapIsGlobal()
    {
        Assert.All(Create(pti: true).Mappings, range => Assert.True(!range.Global || range.In == MappedIn.Both, range.ToString()));
        Assert.All(Create(pti: false).Mappings, range => Assert.Equal(range.In != MappedIn.UserProgram, range.Global));
    }

    [Fact]
    public void TssIsAnAliasOfThePerCpuVariable()
    {
        var machine = Create(pti: true).Machine;
        Assert.True(machine.TryTranslate(_layout.Tss, out var alias));
        Assert.True(machine.TryTranslate(_layout.PerCpuBase + 0x2000, out var variable));
        Assert.Equal(variable, alias);
    }

    [Fact]
    public void EspfixIsAnAliasThatTheKernelWritesThroughTheDirectMap()
    {
        var unit = new HandWrittenUnit().External("espfix_waddr", "percpu", 0x100, 8).External("espfix_stack", "percpu", 0x108, 8).Build();
        var machine = KernelEnvironment.Create(unit).Machine;
        var writable = machine.Peek<ulong>(_layout.PerCpuBase + 0x100);
        Assert.Equal(_layout.Espfix.Value, machine.Peek<ulong>(_layout.PerCpuBase + 0x108));
        machine.Poke(writable, 0x1234ul);
        Assert.Equal(0x1234ul, machine.Peek<ulong>(_layout.Espfix));
        Assert.Equal(0x1234ul, machine.Peek<ulong>(_layout.Espfix + 0x8765_0000));
    }

    [Fact]
    public void OverlapsAreRefusedWithBothNames()
    {
        var layout = new KernelLayout { ThreadStack = new KernelLayout().CpuEntryArea };
        var error = Assert.Throws<ArgumentException>(() => KernelEnvironment.Create(_unit, new KernelOptions { Layout = layout }));
        Assert.Contains("'IDT'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'thread stack'", error.Message, StringComparison.Ordinal);
    }

    private static KernelEnvironment Create(bool pti) =>
        KernelEnvironment.Create(_unit, new KernelOptions { Features = pti ? KernelOptions.DefaultFeatures : KernelOptions.DefaultFeatures.Without("PTI") });

    private static string Access(KernelEnvironment environment, ulong cr3, ushort codeSelector, ulong address)
    {
        var machine = environment.Machine;
        machine[Reg.Cr3] = cr3;
        machine[Reg.Cs] = codeSelector;
        machine[Reg.Rflags] = Flags.Reserved1;
        var cpu = machine.Cpu;
        var readable = cpu.Load8(address, out var value);
        return (readable ? "r" : "-") + (cpu.Store8(address, value) ? "w" : "-") + (cpu.Fetch(address) ? "x" : "-");
    }
}
