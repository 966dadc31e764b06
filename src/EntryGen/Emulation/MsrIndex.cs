namespace EntryGen.Emulation;

/// <summary>A model-specific register: its number, and where its value is kept.</summary>
/// <param name="Index">The number in ECX.</param>
/// <param name="Register">Its place in the register file; null when it has none.</param>
/// <param name="IsCommand">Writing it does something, and it cannot be read.</param>
internal readonly record struct MsrIndex(uint Index, Reg? Register, bool IsCommand = false)
{
    public const uint SpecCtrl = 0x48;
    public const uint PredCmd = 0x49;
    public const uint FlushCmd = 0x10B;
    public const uint SysenterCs = 0x174;
    public const uint SysenterEsp = 0x175;
    public const uint SysenterEip = 0x176;
    public const uint McgStatus = 0x17A;
    public const uint FredRsp0 = 0x1CC;
    public const uint FredRsp3 = 0x1CF;
    public const uint FredStackLevels = 0x1D0;
    public const uint FredConfig = 0x1D4;
    public const uint UCet = 0x6A0;
    public const uint SCet = 0x6A2;
    public const uint Efer = 0xC000_0080;
    public const uint Star = 0xC000_0081;
    public const uint Lstar = 0xC000_0082;
    public const uint Cstar = 0xC000_0083;
    public const uint Sfmask = 0xC000_0084;
    public const uint FsBase = 0xC000_0100;
    public const uint GsBase = 0xC000_0101;
    public const uint KernelGsBase = 0xC000_0102;
    public const uint TscAux = 0xC000_0103;

    /// <summary>IA32_MCG_STATUS.MCIP.</summary>
    public const ulong MachineCheckInProgress = 1UL << 2;

    /// <summary>The register of a number, if it is there.</summary>
    public static bool TryFind(uint index, out MsrIndex msr)
    {
        (bool Found, Reg? Register) place = index switch
        {
            SpecCtrl => (true, Reg.SpecCtrl),
            SysenterCs => (true, Reg.SysenterCs),
            SysenterEsp => (true, Reg.SysenterEsp),
            SysenterEip => (true, Reg.SysenterEip),
            UCet => (true, Reg.UCet),
            SCet => (true, Reg.SCet),
            Efer => (true, Reg.Efer),
            Star => (true, Reg.Star),
            Lstar => (true, Reg.Lstar),
            Cstar => (true, Reg.Cstar),
            Sfmask => (true, Reg.Sfmask),
            >= FredRsp0 and <= FredRsp3 => (true, (Reg)(HiddenState.FredRsp0 + (int)(index - FredRsp0))),
            FredStackLevels => (true, (Reg)HiddenState.FredStackLevels),
            FredConfig => (true, (Reg)HiddenState.FredConfig),
            FsBase => (true, Reg.FsBase),
            GsBase => (true, Reg.GsBase),
            KernelGsBase => (true, Reg.KernelGsBase),
            TscAux => (true, Reg.TscAux),
            PredCmd or FlushCmd or McgStatus => (true, null),
            _ => default,
        };
        msr = new MsrIndex(index, place.Register, index is PredCmd or FlushCmd);
        return place.Found;
    }
}
