using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>Lists the ways in which an entry is reached, with the state the hardware leaves (SDM vol. 3A 6.12, 6.14; vol. 2 SYSCALL, SYSENTER).</summary>
public sealed class ScenarioFactory
{
    private const ulong KernelCs = 0x10, User32Cs = 0x23, UserDs = 0x2B, UserCs = 0x33;
    private const ulong SelectorInLdt = 1 << 2;
    private const long Far = 1 << 24;
    private const int UserCr3Bit = 12, UserPcidBit = 11;
    private const ulong NoFlush = 1UL << 63;

    // SYSCALL leaves RIP in RCX and RFLAGS in R11; the selectors are Linux's (arch/x86/include/asm/segment.h).
    private static readonly AbstractValue[] _syscallFrame =
    [
        AbstractValue.Of(OriginKind.EntryRegister, 1), AbstractValue.Constant(UserCs), AbstractValue.Of(OriginKind.EntryRegister, 11),
        AbstractValue.Of(OriginKind.EntryRegister, AbstractState.Rsp), AbstractValue.Constant(UserDs),
    ];

    // The 32-bit calls; where user mode goes on behind SYSENTER, C code finds out.
    private static readonly AbstractValue[] _compatibleSyscallFrame = [_syscallFrame[0], AbstractValue.Constant(User32Cs), _syscallFrame[2], _syscallFrame[3], _syscallFrame[4]];
    private static readonly AbstractValue[] _sysenterFrame =
        [AbstractValue.Unknown, AbstractValue.Constant(User32Cs), AbstractValue.Of(OriginKind.EntryFlags), AbstractValue.Unknown, AbstractValue.Constant(UserDs)];

    private readonly Program _program;
    private readonly FeatureSpace _space;

    /// <summary>A factory for the entries of a Program.</summary>
    /// <param name="program">The Program.</param>
    /// <param name="space">Its features.</param>
    public ScenarioFactory(Program program, FeatureSpace space)
    {
        _program = program;
        _space = space;
    }

    private enum Mode
    {
        User,
        Kernel,
    }

    /// <summary>The scenarios of an entry; together they cover every way it can be reached.</summary>
    public IEnumerable<Scenario> Of(AnalyzedEntry entry)
    {
        switch (entry.Shape)
        {
            case EntryShape.Call:
                return Each("called", entry, Mode.Kernel, userCr3: false, userGs: false, FrameOf.Call);
            case EntryShape.Syscall:
                return Each("from user mode", entry, Mode.User, userCr3: true, userGs: true, FrameOf.Syscall);
            case EntryShape.Sysenter:
                return Each("from user mode", entry, Mode.User, userCr3: true, userGs: true, FrameOf.Sysenter);
            case EntryShape.SoftwareInterrupt:
                return Each("from user mode", entry, Mode.User, userCr3: true, userGs: true, FrameOf.Event);
            case EntryShape.Interrupt:
                return
                [
                    .. Each("from user mode", entry, Mode.User, userCr3: true, userGs: true, FrameOf.Event),
                    .. Each("from the kernel", entry, Mode.Kernel, userCr3: false, userGs: false, FrameOf.Event),
                ];
            case EntryShape.Exception:
                return
                [
                    .. Each("from user mode", entry, Mode.User, userCr3: true, userGs: true, FrameOf.Event),
                    .. Each("from the kernel", entry, Mode.Kernel, userCr3: false, userGs: false, FrameOf.Event),
                    .. At("on IRET to user mode", entry, KernelModel.IretToUser, userCr3: true),
                    .. AtTruncated(entry),
                    .. At("on a load of GS", entry, KernelModel.LoadOfGs, userCr3: false),
                ];
            case EntryShape.FredUser:
                return Each("from user mode", entry, Mode.User, userCr3: false, userGs: false, FrameOf.Fred);
            case EntryShape.FredKernel:
                return Each("from the kernel", entry, Mode.Kernel, userCr3: false, userGs: false, FrameOf.Fred);
            default:
                return
                [
                    .. Each("from user mode", entry, Mode.User, userCr3: true, userGs: true, FrameOf.Event),
                    .. Each("from the kernel", entry, Mode.Kernel, userCr3: false, userGs: false, FrameOf.Event),
                    .. Each("from the kernel, the user's GS base live", entry, Mode.Kernel, userCr3: false, userGs: true, FrameOf.Event),
                    .. Each("from the kernel, the user's CR3 and GS base live", entry, Mode.Kernel, userCr3: true, userGs: true, FrameOf.Event, onlyPti: true),
                    .. Each("from the kernel, the user's CR3 live", entry, Mode.Kernel, userCr3: true, userGs: false, FrameOf.Event, onlyPti: true),
                    .. entry.Shape == EntryShape.Nmi ? Nested(entry) : [],
                ];
        }
    }

    /// <summary>Whether a paravirtualized guest of Xen's enters the kernel by an entry too. System calls have entries of their own there (arch/x86/xen/xen-asm.S).</summary>
    public static bool IsOfGuest(AnalyzedEntry entry) => entry.Shape is EntryShape.Exception or EntryShape.Interrupt;

    /// <summary>The scenarios of an entry in a paravirtualized guest of Xen's, whose hypervisor switches CR3 and the GS base.</summary>
    public IEnumerable<Scenario> OfGuest(AnalyzedEntry entry) =>
        IsOfGuest(entry) ? Each("from user mode of a Xen guest", entry, Mode.User, userCr3: false, userGs: false, FrameOf.Event) : [];

    // An NMI that hits another one is unblocked by the first IRET after it; that it may hit anywhere on the NMI stack is what the code there is made for.
    private IEnumerable<Scenario> Nested(AnalyzedEntry entry)
    {
        if (!_program.Symbols.TryGetValue(NmiStack.Repeat, out var repeat) || !_program.Symbols.TryGetValue(NmiStack.EndOfRepeat, out var end)
            || repeat.Item is null || end.Item is not { Index: > 0 } next)
        {
            return [];
        }

        var last = _program.Items[next.Index - 1];
        var (idle, executing) = (AbstractValue.Constant(0), AbstractValue.Constant(1));

        // Where exactly does not matter, but for the range: its end is the first place outside, and so is what lies below it.
        var outside = new Interruption { Rip = end.Address, Executing = executing };
        var onStack = outside with { Rsp = NmiStack.At(NmiStack.IretFrame), Executing = idle, Flags = 0 };
        return
        [
            .. At("on another NMI", NmiNesting.Executing, userGs: false, outside),
            .. At("on another NMI below its repeat", NmiNesting.Executing, userGs: false, outside with { Rip = repeat.Address - 1 }),
            .. At("on another NMI at its repeat", NmiNesting.Copying, userGs: false, new Interruption { Rip = repeat.Address }),
            .. At("on another NMI that copies its frame", NmiNesting.Copying, userGs: false, new Interruption { Rip = last.Address, Executing = executing }),
            .. At("on the IRET of another NMI", NmiNesting.Returning, userGs: false, onStack with { Flags = 1UL << AbstractFlags.DirectionBit }),
            .. At("on SYSCALL, with a user's RSP into the NMI stack", NmiNesting.None, userGs: true, onStack),
            .. At("on code with DF set and its stack above", NmiNesting.None, userGs: false, onStack with { Flags = 1UL << AbstractFlags.DirectionBit, Rsp = NmiStack.At(Far) }),
            .. At("on code with DF set and its stack below", NmiNesting.None, userGs: false, onStack with { Flags = 1UL << AbstractFlags.DirectionBit, Rsp = NmiStack.At(-Far) }),
        ];

        IEnumerable<Scenario> At(string name, NmiNesting nesting, bool userGs, Interruption interrupted) =>
            Each(name, entry, Mode.Kernel, userCr3: false, userGs, FrameOf.Event, interrupted: interrupted).Select(scenario => scenario with { Nesting = nesting });
    }

    private enum FrameOf
    {
        Call,
        Syscall,
        Sysenter,
        Event,
        Fred,
    }

    /// <summary>What is known about what was interrupted.</summary>
    private sealed record Interruption
    {
        public ulong? Rip { get; init; }

        public AbstractValue? Rsp { get; init; }

        /// <summary>The direction flag, and nothing else of RFLAGS; null when it is not known.</summary>
        public ulong? Flags { get; init; }

        /// <summary>The word of the NMI stack that says whether an NMI is being handled.</summary>
        public AbstractValue? Executing { get; init; }
    }

    private IEnumerable<Scenario> At(string name, AnalyzedEntry entry, string symbol, bool userCr3) =>
        _program.Symbols.TryGetValue(symbol, out var place) && place.Item is not null
            ? Each(name, entry, Mode.Kernel, userCr3, userGs: true, FrameOf.Event, interrupted: new Interruption { Rip = place.Address })
                .Select(scenario => scenario with { SpecialPlace = place.Name })
            : [];

    // One state for each layout of CR3: without page-table isolation there is one half; PCIDs tell the halves apart in bit 11. FRED's entry code leaves CR3
    // alone: processors that have it need no isolation.
    private IEnumerable<Scenario> Each(string name, AnalyzedEntry entry, Mode mode, bool userCr3, bool userGs, FrameOf frame, bool onlyPti = false, Interruption? interrupted = null)
    {
        var pti = KernelFeatures.PageTableIsolation(_program, _space);
        var pcid = KernelFeatures.Pcid(_program, _space);
        var layouts = userCr3
            ? new[] { (pti.And(pcid), true, true), (pti.Except(pcid), true, false), (onlyPti ? _space.Nothing : pti.Not(), false, false) }
            : [(frame == FrameOf.Fred ? WithFred(pti) : _space.Everything, false, false)];
        foreach (var (condition, isUserHalf, isUserPcid) in layouts)
        {
            if (!condition.IsNever)
            {
                var cr3 = AbstractValue.Of(OriginKind.EntryCr3).With(
                    NoFlush | (1UL << UserCr3Bit) | (1UL << UserPcidBit),
                    (isUserHalf ? 1UL << UserCr3Bit : 0) | (isUserPcid ? 1UL << UserPcidBit : 0));
                yield return new Scenario(name, entry.Item, entry.Symbol, StateOf(entry, mode, cr3, userGs, frame, interrupted ?? new Interruption()), condition, mode == Mode.User)
                {
                    Shape = entry.Shape,
                    Frame = frame switch
                    {
                        FrameOf.Event or FrameOf.Fred => [.. WordsOf(mode, interrupted ?? new Interruption()).AsEnumerable().Reverse()],
                        FrameOf.Syscall => entry.IsCompatible ? _compatibleSyscallFrame : _syscallFrame,
                        FrameOf.Sysenter => _sysenterFrame,
                        _ => [],
                    },
                    HasErrorCode = entry.HasErrorCode,
                    IsCompatible = entry.IsCompatible,
                    IsCalledFromC = entry.IsCalledFromC,
                };
            }
        }
    }

    private IEnumerable<Scenario> AtTruncated(AnalyzedEntry entry) =>
        _program.Symbols.TryGetValue(KernelModel.IretToUser, out var place) && place.Item is not null && KernelModel.IsWhole(_program)
            ? Each("on IRET to user mode, RIP truncated", entry, Mode.Kernel, userCr3: true, userGs: true, FrameOf.Event, interrupted: new Interruption { Rip = (uint)place.Address })
                .Select(scenario => scenario with { SpecialPlace = KernelModel.IretToUserTruncated })
            : [];

    private FeatureCondition WithFred(FeatureCondition pti) =>
        _space.Features.Any(feature => feature.Name == "FRED") ? pti.Not().And(_space.Of("FRED")) : pti.Not();

    private static AbstractState StateOf(AnalyzedEntry entry, Mode mode, AbstractValue cr3, bool userGs, FrameOf frame, Interruption interrupted)
    {
        var registers = new AbstractValue[16];
        for (var i = 0; i < registers.Length; i++)
        {
            registers[i] = AbstractValue.Of(OriginKind.EntryRegister, i);
        }

        var memory = AbstractMemory.Empty;
        switch (frame)
        {
            case FrameOf.Call:
                registers[AbstractState.Rsp] = AbstractValue.OnStack(StackObject.Interrupted, -8);
                break;
            case FrameOf.Sysenter:
                registers[AbstractState.Rsp] = AbstractValue.OnStack(StackObject.Entry, 0);
                break;
            case FrameOf.Event:
                (registers[AbstractState.Rsp], memory) = FrameOn(entry, mode, interrupted);
                break;
            case FrameOf.Fred:
                (registers[AbstractState.Rsp], memory) = FredFrame(mode);
                break;
        }

        var user = AbstractValue.Of(OriginKind.UserGsBase);
        var kernel = AbstractValue.Of(OriginKind.PerCpuBase);
        return new AbstractState(registers)
        {
            Cr3 = cr3,
            GsBase = userGs ? user : kernel,
            KernelGsBase = userGs ? kernel : user,
            Flags = new AbstractFlags(StatusFlags.None, StatusFlags.None, FlagsOf(frame)),
            Memory = memory,
        };
    }

    // Which system flags each kind of entry clears. SYSCALL clears what IA32_FMASK names, in Linux all that matter; SYSENTER leaves AC, DF, NT and TF; FRED clears all.
    private static AbstractValue FlagsOf(FrameOf frame)
    {
        const ulong If = 1UL << AbstractFlags.InterruptBit, Tf = 1UL << AbstractFlags.TrapBit, Nt = 1UL << AbstractFlags.NestedTaskBit;
        const ulong Df = 1UL << AbstractFlags.DirectionBit, Ac = 1UL << AbstractFlags.AlignmentCheckBit;
        var cleared = frame switch
        {
            FrameOf.Syscall => If | Tf | Nt | Df | Ac,
            FrameOf.Sysenter => If,
            FrameOf.Event => If | Tf | Nt,
            FrameOf.Fred => If | Tf | Nt | Df | Ac,
            _ => Tf | Nt | Df | Ac,
        };
        return AbstractValue.Of(OriginKind.EntryFlags).With(cleared, 0);
    }

    private static (AbstractValue StackPointer, AbstractMemory Memory) FrameOn(AnalyzedEntry entry, Mode mode, Interruption interrupted)
    {
        var stack = entry.Stack == StackObject.Entry && mode == Mode.Kernel ? StackObject.Interrupted : entry.Stack;
        var words = WordsOf(mode, interrupted);
        if (entry.HasErrorCode)
        {
            words.Add(AbstractValue.Of(OriginKind.EntryFrame, (int)FrameField.ErrorCode));
        }

        var (pointer, memory) = Push(stack, words);
        if (interrupted.Executing is { } executing)
        {
            memory = memory.Store(NmiStack.At(NmiStack.Executing), 8, executing);
        }

        return (pointer, memory);
    }

    // A FRED frame has eight words: above SS the event's data, below RIP an error code, always (FRED specification, 5.2).
    private static (AbstractValue StackPointer, AbstractMemory Memory) FredFrame(Mode mode) => Push(
        mode == Mode.User ? StackObject.Thread : StackObject.Interrupted,
        [AbstractValue.Constant(0), AbstractValue.Unknown, .. WordsOf(mode, new Interruption()), AbstractValue.Of(OriginKind.EntryFrame, (int)FrameField.ErrorCode)]);

    // SS, RSP, RFLAGS, CS and RIP, in the order in which they are pushed.
    private static List<AbstractValue> WordsOf(Mode mode, Interruption interrupted)
    {
        var stackSegment = AbstractValue.Of(OriginKind.EntryFrame, (int)FrameField.Ss);
        var flags = AbstractValue.Of(OriginKind.EntryFrame, (int)FrameField.Rflags);
        return
        [
            mode == Mode.User ? stackSegment : stackSegment.With(SelectorInLdt, 0),
            interrupted.Rsp ?? AbstractValue.Of(OriginKind.EntryFrame, (int)FrameField.Rsp),
            interrupted.Flags is { } direction ? flags.With(1UL << AbstractFlags.DirectionBit, direction) : flags,
            mode == Mode.User ? AbstractValue.Of(OriginKind.EntryFrame, (int)FrameField.Cs).With(3, 3) : AbstractValue.Constant(KernelCs),
            interrupted.Rip is { } address ? AbstractValue.Constant(address) : AbstractValue.Of(OriginKind.EntryFrame, (int)FrameField.Rip),
        ];
    }

    private static (AbstractValue StackPointer, AbstractMemory Memory) Push(StackObject stack, IEnumerable<AbstractValue> words)
    {
        var memory = AbstractMemory.Empty;
        var offset = 0L;
        foreach (var word in words)
        {
            offset -= 8;
            memory = memory.Store(AbstractValue.OnStack(stack, offset), 8, word);
        }

        return (AbstractValue.OnStack(stack, offset), memory);
    }
}
