using System.Text;

namespace EntryGen.Emulation;

/// <summary>CPUID of the processor that the machine models (SDM vol. 2, CPUID; AMD APM vol. 3, appendix E): what it enumerates is there, all other bits are 0.</summary>
public static class CpuidTable
{
    private const uint HighestBasic = 0xD;
    private const uint FirstExtended = 0x8000_0000;
    private const uint HighestExtended = 0x8000_0008;

    // Family 6; a model that no processor has.
    private const uint Signature = 0x0006_0F00;
    private const uint LineSize = 8 << 8, OneProcessor = 1 << 16;
    private const uint LegacyAreaSize = 576, AvxAreaSize = 256;
    private const uint LinearAddressBits = 48, CounterBits = 48;

    /// <summary>A leaf. One that is not there gives the highest basic leaf on an Intel processor, zeros on AMD's.</summary>
    /// <param name="machine">The machine: bits that mirror its state are read from it.</param>
    /// <param name="leaf">EAX.</param>
    /// <param name="subleaf">ECX.</param>
    public static CpuidResult Default(Machine machine, uint leaf, uint subleaf)
    {
        ArgumentNullException.ThrowIfNull(machine);
        var isThere = leaf <= HighestBasic || leaf is >= FirstExtended and <= HighestExtended;
        return !isThere && machine.Vendor == ProcessorVendor.Amd ? default : Leaf(machine, isThere ? leaf : HighestBasic, subleaf);
    }

    private static CpuidResult Leaf(Machine machine, uint leaf, uint subleaf) => leaf switch
    {
        0 => Name(HighestBasic, machine.Vendor),
        1 => new(Signature, LineSize | OneProcessor, Basic.Ecx | (HasXsave(machine) ? Basic.Osxsave : 0), Basic.Edx),
        7 when subleaf == 0 => new(1, Extended.Ebx, Extended.Ecx, Extended.Edx),
        7 when subleaf == 1 => new(Extended.Eax1, 0, 0, 0),

        // Version 2, no general counter, one fixed-function counter.
        0xA => new(2, 0, 0, 1 | CounterBits << 5),
        0xD when subleaf == 0 => new((uint)Xcr0Bits.Supported, AreaSize(machine[Reg.Xcr0]), AreaSize(Xcr0Bits.Supported), 0),
        0xD when subleaf == 2 => new(AvxAreaSize, LegacyAreaSize, 0, 0),
        FirstExtended => Name(HighestExtended, machine.Vendor),
        FirstExtended + 1 => new(0, 0, 1, Extended.LongModeEdx),
        FirstExtended + 7 => new(0, 0, 0, 1 << 8), // the TSC counts evenly
        FirstExtended + 8 => new(PhysicalAddress.Width | LinearAddressBits << 8, 0, 0, 0),
        _ => default,
    };

    private static bool HasXsave(Machine machine) => (machine[Reg.Cr4] & Cr4Bits.OSXSAVE) != 0;

    private static uint AreaSize(ulong states) => LegacyAreaSize + ((states & Xcr0Bits.Avx) != 0 ? AvxAreaSize : 0);

    // The vendor's name stands in EBX, EDX, ECX.
    private static CpuidResult Name(uint highest, ProcessorVendor vendor)
    {
        var name = Encoding.ASCII.GetBytes(vendor == ProcessorVendor.Amd ? "AuthenticAMD" : "GenuineIntel");
        return new(highest, BitConverter.ToUInt32(name, 0), BitConverter.ToUInt32(name, 8), BitConverter.ToUInt32(name, 4));
    }

    /// <summary>Leaf 1.</summary>
    private static class Basic
    {
        private const uint Cx16 = 1 << 13, Pcid = 1 << 17, Popcnt = 1 << 23, Xsave = 1 << 26;
        private const uint De = 1 << 2, Pse = 1 << 3, Tsc = 1 << 4, Msr = 1 << 5, Pae = 1 << 6, Mce = 1 << 7, Cx8 = 1 << 8, Sep = 1 << 11, Pge = 1 << 13, Cmov = 1 << 15;
        private const uint Fxsr = 1 << 24, Sse = 1 << 25, Sse2 = 1 << 26;

        public const uint Osxsave = 1 << 27;
        public const uint Ecx = Cx16 | Pcid | Popcnt | Xsave;

        /// <summary>SSE and SSE2 for their fences and MOVNTI.</summary>
        public const uint Edx = De | Pse | Tsc | Msr | Pae | Mce | Cx8 | Sep | Pge | Cmov | Fxsr | Sse | Sse2;
    }

    /// <summary>Leaf 7 and the extended leaves.</summary>
    private static class Extended
    {
        private const uint Fsgsbase = 1 << 0, Smep = 1 << 7, Invpcid = 1 << 10, Smap = 1 << 20;
        private const uint Umip = 1 << 2, Rdpid = 1 << 22;
        private const uint MdClear = 1 << 10, Serialize = 1 << 14, Ibt = 1 << 20, SpecCtrl = 1 << 26, Stibp = 1 << 27, FlushL1d = 1 << 28, Ssbd = 1U << 31;
        private const uint Fred = 1 << 17, Lkgs = 1 << 18, Wrmsrns = 1 << 19;
        private const uint Syscall = 1 << 11, NoExecute = 1 << 20, Page1G = 1 << 26, Rdtscp = 1 << 27, LongMode = 1 << 29;

        public const uint Ebx = Fsgsbase | Smep | Invpcid | Smap;
        public const uint Ecx = Umip | Rdpid;
        public const uint Edx = MdClear | Serialize | Ibt | SpecCtrl | Stibp | FlushL1d | Ssbd;
        public const uint Eax1 = Fred | Lkgs | Wrmsrns;
        public const uint LongModeEdx = Syscall | NoExecute | Page1G | Rdtscp | LongMode;
    }
}
