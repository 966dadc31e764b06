using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Rules.State;

/// <summary>struct pt_regs (arch/x86/include/asm/ptrace.h), by words.</summary>
internal static class PtRegs
{
    /// <summary>The word that holds the number of a system call, an error code, or -1.</summary>
    public const int OriginalRax = 15;

    /// <summary>The first word of what the hardware pushed.</summary>
    public const int Rip = 16;

    /// <summary>Words in all.</summary>
    public const int Words = 21;

    /// <summary>Bytes in all.</summary>
    public const long Size = Words * 8;

    /// <summary>Which register each of the first words stands for, from the lowest address.</summary>
    public static IReadOnlyList<(string Name, int Register)> Registers { get; } =
    [
        ("r15", 15), ("r14", 14), ("r13", 13), ("r12", 12), ("bp", 5), ("bx", 3), ("r11", 11), ("r10", 10), ("r9", 9), ("r8", 8),
        ("ax", 0), ("cx", 1), ("dx", 2), ("si", 6), ("di", 7),
    ];

    /// <summary>The names of the words that the hardware pushed.</summary>
    public static IReadOnlyList<string> Hardware { get; } = ["ip", "cs", "flags", "sp", "ss"];

    /// <summary>A word; null when nothing is known of it.</summary>
    public static AbstractValue? Word(AbstractCpu cpu, AbstractValue frame, int word) => cpu.Memory.Load(frame.Add(AbstractValue.Constant((ulong)(8 * word))), 8);

    /// <summary>Whether a complete frame is at an address: it ends with what the hardware pushed, or a system call's entry in its place.</summary>
    public static bool IsAt(AbstractCpu cpu, AbstractValue frame) =>
        frame is { IsPointer: true, Stack: not null } && frame.Offset <= -Size
        && Word(cpu, frame, Registers.Count - 1) is not null
        && Enumerable.Range(Rip, Words - Rip).All(i => Word(cpu, frame, i) is not null)
        && Word(cpu, frame, 0) is { Origin.Kind: OriginKind.EntryRegister };
}
