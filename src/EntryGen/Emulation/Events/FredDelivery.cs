namespace EntryGen.Emulation;

/// <summary>What kind of event a FRED frame reports.</summary>
internal enum FredEventType
{
    ExternalInterrupt = 0,
    Nmi = 2,
    HardwareException = 3,
    SoftwareInterrupt = 4,
    SoftwareException = 6,
    SystemCall = 7,
}

/// <summary>
/// Delivers one event when CR4.FRED is set (Flexible Return and Event Delivery specification, FRED event delivery): to the entry point in IA32_FRED_CONFIG, with a
/// frame of 64 bytes on the stack of a level; no descriptor and no TSS is read.
/// </summary>
internal static class FredDelivery
{
    /// <summary>SYSCALL and SYSENTER are events of type 7 with these vectors.</summary>
    public const byte SyscallVector = 1;

    /// <inheritdoc cref="SyscallVector"/>
    public const byte SysenterVector = 2;

    /// <summary>Bytes of a frame, and what stack pointers of levels are multiples of.</summary>
    public const ulong FrameSize = 64;

    /// <summary>The level of stacks in IA32_FRED_CONFIG, and in a frame above CS.</summary>
    public const ulong LevelMask = 3;

    /// <summary>In a frame above SS: the event came in the shadow of STI, which the return within the kernel begins again.</summary>
    public const ulong BlocksSti = 1UL << 16;

    /// <summary>In a frame above SS: the event is SYSCALL, SYSENTER or INT n, after which the return makes a single step trap.</summary>
    public const ulong SoftwareInitiated = 1UL << 17;

    /// <summary>In a frame above SS: the event is an NMI, so that the return unblocks NMIs.</summary>
    public const ulong UnblocksNmi = 1UL << 18;

    /// <summary>In a frame above CS: a tracker of indirect branches was waiting, so that the return within the kernel makes it wait again.</summary>
    public const ulong WaitsForEndbranch = 1UL << 18;

    private const ulong RedZoneMask = 0x1C0;
    private const ulong EntryMask = ~0xFFFUL;
    private const ulong KernelEntryOffset = 256;
    private const ulong InLongMode = 1UL << 57;
    private const ulong IsNested = 1UL << 58;
    private const int InterruptLevelShift = 9;

    /// <summary>Goes to the entry point.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="type">What kind of event it is.</param>
    /// <param name="vector">Its vector.</param>
    /// <param name="errorCode">Its error code, 0 if it has none.</param>
    /// <param name="returnAddress">The RIP in the frame.</param>
    /// <param name="isNested">Whether delivering another event caused it.</param>
    /// <returns>False: a fault of the frame's stores is recorded and no register has changed.</returns>
    public static bool TryDeliver(Machine machine, FredEventType type, byte vector, uint errorCode, ulong returnAddress, bool isNested = false)
    {
        var file = machine.Registers;
        var config = file[HiddenState.FredConfig];
        var isFromUser = (file[(int)Reg.Cs] & 3) == 3;
        var level = config & LevelMask;
        var keepsLowest = isFromUser && !isNested && vector != Vectors.DoubleFault;
        var newLevel = keepsLowest ? 0 : Math.Max(level, LevelOf(file, type, vector));
        var isSwitched = isFromUser || newLevel != level;
        var top = isSwitched ? file[HiddenState.FredRsp0 + (int)newLevel] : (file[(int)Reg.Rsp] - (config & RedZoneMask)) & ~(FrameSize - 1);
        var target = (config & EntryMask) + (isFromUser ? 0 : KernelEntryOffset);
        if (!LinearMemory.IsCanonical(top - 1))
        {
            machine.Record(new Stop(StopKind.Fault, Vectors.StackFault));
            return false;
        }

        var flags = file[(int)Reg.Rflags];
        var savedFlags = type == FredEventType.HardwareException && Vectors.IsFault(vector) ? flags | Flags.RF : flags;
        ReadOnlySpan<ulong> frame =
        [
            0,
            EventData(file, type, vector),
            (file[(int)Reg.Ss] & 0xFFFF) | Report(machine, type, vector, isFromUser) | (isNested && vector != Vectors.DoubleFault ? IsNested : 0),
            file[(int)Reg.Rsp],
            savedFlags,
            (file[(int)Reg.Cs] & 0xFFFF) | (isFromUser ? 0 : (level << 16) | (machine.WaitsForEndbranch ? WaitsForEndbranch : 0)),
            returnAddress,
            errorCode,
        ];
        if (!machine.Linear.TryPushFrame(top, frame))
        {
            return false;
        }

        var selector = (file[(int)Reg.Star] >> 32) & 0xFFFC;
        file[HiddenState.FredConfig] = (config & ~LevelMask) | newLevel;
        file[(int)Reg.Rsp] = top - FrameSize;
        file[(int)Reg.Rip] = target;
        file[(int)Reg.Cs] = selector;
        file[(int)Reg.Ss] = selector + 8;
        file[(int)Reg.Rflags] = Flags.Reserved1;
        file[(int)Reg.SCet] &= ~(CetBits.WaitForEndbranch | CetBits.Suppress);
        file[(int)Reg.EventState] &= ~(EventBits.Shadows | EventBits.SingleStep);
        if (isFromUser)
        {
            (file[(int)Reg.GsBase], file[(int)Reg.KernelGsBase]) = (file[(int)Reg.KernelGsBase], file[(int)Reg.GsBase]);
        }

        machine.ModeChanged();
        return true;
    }

    /// <summary>The type of an event that comes through a vector.</summary>
    public static FredEventType TypeOf(byte vector, EventSource source) => source switch
    {
        EventSource.Software => vector is Vectors.Breakpoint or 4 ? FredEventType.SoftwareException : FredEventType.SoftwareInterrupt,
        _ when vector == Vectors.Nmi => FredEventType.Nmi,
        _ => vector < 32 ? FredEventType.HardwareException : FredEventType.ExternalInterrupt,
    };

    /// <summary>The level that an event asks for; system calls and INT n ask for none.</summary>
    private static ulong LevelOf(ReadOnlySpan<ulong> file, FredEventType type, byte vector) => type switch
    {
        FredEventType.ExternalInterrupt => (file[HiddenState.FredConfig] >> InterruptLevelShift) & LevelMask,
        FredEventType.HardwareException or FredEventType.Nmi or FredEventType.SoftwareException => (file[HiddenState.FredStackLevels] >> (2 * vector)) & LevelMask,
        _ => 0,
    };

    private static ulong EventData(ReadOnlySpan<ulong> file, FredEventType type, byte vector) => (type, vector) switch
    {
        (FredEventType.HardwareException, Vectors.PageFault) => file[(int)Reg.Cr2],

        // As pending debug exceptions are written down: bits that are 0 in DR6 after reset are as there, the others inverted.
        (FredEventType.HardwareException, Vectors.Debug) => file[(int)Reg.Dr6] ^ 0xFFFF_0FF0,
        _ => 0,
    };

    private static ulong Report(Machine machine, FredEventType type, byte vector, bool isFromUser)
    {
        var isSoftware = type >= FredEventType.SoftwareInterrupt;
        var length = !isSoftware ? 0UL : type == FredEventType.SoftwareException ? 1UL : 2UL;
        var was64Bit = !isFromUser || (machine[Reg.Cs] & 0xFFFF) != (((machine[Reg.Star] >> 48) & 0xFFFF) | 3);
        return (machine.IsInStiShadow ? BlocksSti : 0)
            | (type is FredEventType.SoftwareInterrupt or FredEventType.SystemCall ? SoftwareInitiated : 0)
            | (type == FredEventType.Nmi ? UnblocksNmi : 0)
            | ((ulong)vector << 32)
            | ((ulong)type << 48)
            | (was64Bit ? InLongMode : 0)
            | (length << 60);
    }
}
