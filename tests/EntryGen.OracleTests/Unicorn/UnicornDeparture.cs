using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.Emulation;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>Something that Unicorn 2.0.1 does otherwise than the SDM says. It is excused where it shows, and has to show: when Unicorn is mended the entry goes.</summary>
/// <param name="Section">What the SDM says, and where.</param>
/// <param name="Description">What Unicorn does.</param>
/// <param name="Explains">Whether a difference of an instruction is this one.</param>
internal sealed record UnicornDeparture(string Section, string Description, Func<Instruction, Difference, bool> Explains)
{
    /// <summary>All that are known for instructions which it judges.</summary>
    public static IReadOnlyList<UnicornDeparture> All { get; } =
    [
        new(
            "SDM vol. 3A 4.6.1: with CR4.SMAP set and RFLAGS.AC clear supervisor data accesses to user pages fault",
            "CR4.SMAP has no effect",
            (_, difference) => difference is { Own: { Vector: Vectors.PageFault, Address: >= Arena.UserPage and < Arena.UserPage + 0x1000 } }),
        new(
            "SDM vol. 3A 6.5 and vol. 2, RCL/RCR: a fault leaves RFLAGS as it was",
            "RCL and RCR of memory that cannot be written set CF and OF before they fault",
            (instruction, difference) => instruction.Info.Op is Op.Rcl or Op.Rcr && difference is { Kind: DifferenceKind.Flags, Own.Kind: StopKind.Fault }),
        new(
            "SDM vol. 2, NEG: flags are set according to the result",
            "LOCK NEG sets flags by another value than the result",
            (instruction, difference) => instruction.Info.Op == Op.Neg && instruction.Prefixes.HasFlag(InstructionPrefixes.Lock) && difference.Kind == DifferenceKind.Flags),
        new(
            "SDM vol. 2, CMPXCHG: the accumulator is written when the comparison fails, the destination when it succeeds",
            "CMPXCHG of 32 bits clears the upper halves of RAX and of a destination register in either case",
            (instruction, difference) => instruction is { Info.Op: Op.Cmpxchg, Width: 4 } && difference.Kind == DifferenceKind.Register),
        new(
            "SDM vol. 1 3.7.5.1: a RIP-relative operand counts from the end of the instruction",
            "SHLD and SHRD with an immediate count it from before the immediate",
            (instruction, _) => instruction is { Info.Op: Op.Shld or Op.Shrd, Operands: [ImmediateOperand, _, MemoryOperand { Base.Class: RegisterClass.InstructionPointer }] }),
        new(
            "SDM vol. 3A 4.7: which page of an operand that two pages share, and neither of which can be used as asked, faults is not said; EntryGen takes the lower one",
            "the upper page's fault is reported, as a read, when the lower one can be read and not written",
            (instruction, difference) => instruction.Info.Op != Op.Cmps && difference is { Kind: DifferenceKind.FaultAddress, Own.Address: var address } && (address & 0xfff) > 0xff0),
        new(
            "SDM vol. 2, CMPS: which of two operands faults when neither can be read is not said; EntryGen reads [RSI] first",
            "CMPS reads [RDI] first",
            (instruction, difference) => instruction.Info.Op == Op.Cmps && difference is { Own.Kind: StopKind.Fault, Theirs.Vector: not null }),
        new(
            "SDM vol. 2, JMP, CALL and RET: #GP(0) at the instruction when the target is not canonical",
            "control goes to the target and faults there, as AMD's processors do",
            (instruction, difference) => instruction.Info.Op is Op.Jmp or Op.Call or Op.Ret or Op.FarRet && difference is { Own: { Kind: StopKind.Fault, Vector: Vectors.GeneralProtection } }),
        new(
            "SDM vol. 2, MOV: #GP(0) when SS is loaded with a null selector whose RPL is not CPL",
            "SS takes any null selector below CPL 3",
            (instruction, difference) => instruction.Info.Op == Op.MovToSegment && difference is { Kind: DifferenceKind.Stop, Own: { Vector: Vectors.GeneralProtection, ErrorCode: 0 }, Theirs.Vector: null }),
        new(
            "SDM vol. 2, RET: in 64-bit mode the stack pointer has 64 bits whatever the operand size is",
            "far RET with operands of 16 and 32 bits cuts it to 32 bits",
            (instruction, _) => instruction is { Info.Op: Op.FarRet, Width: < 8 }),
        new(
            "SDM vol. 2, LTR: #GP(0) for a null selector",
            "TR takes a null selector",
            (instruction, difference) => instruction.Info.Op == Op.Ltr && difference is { Kind: DifferenceKind.Stop, Own: { Vector: Vectors.GeneralProtection, ErrorCode: 0 }, Theirs.Vector: null }),
        new(
            "SDM vol. 2, LGDT/LIDT: #GP(0) for a base that is not canonical",
            "any base is loaded",
            (instruction, difference) => instruction.Info.Op is Op.Lgdt or Op.Lidt && difference is { Own: { Vector: Vectors.GeneralProtection, ErrorCode: 0 }, Theirs.Vector: null }),
        new(
            "SDM vol. 3A 6.5: a fault leaves things as they were; of what SGDT and SIDT store across two pages nothing is stored",
            "the limit is stored before the base faults",
            (instruction, difference) => instruction.Info.Op is Op.Sgdt or Op.Sidt && difference is { Kind: DifferenceKind.Memory, Own.Kind: StopKind.Fault }),
    ];
}
