using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>What state rules call things.</summary>
internal static class Calls
{
    /// <summary>The C function that an instruction calls, or jumps to so that it returns in its place; null when it does neither.</summary>
    public static string? FunctionOf(Instruction instruction) =>
        instruction.Info.ControlFlow is ControlFlow.Call or ControlFlow.Jump && instruction.Target is { Item: null, External: { } function }
        && !KernelSymbols.IsAssembly(function.Name)
            ? function.Name
            : null;

    /// <summary>Whether a function moves pt_regs to another stack: it runs where they are.</summary>
    public static bool MovesFrame(string function) => function is "sync_regs" or "fixup_bad_iret" or "vc_switch_off_ist";

    /// <summary>Whether the stack pointer is a struct pt_regs that a handler is about to get.</summary>
    public static bool IsOnFrame(AbstractCpu cpu) => PtRegs.IsAt(cpu, cpu[AbstractState.Rsp]);

    /// <summary>Whether an interrupt return takes a frame that the code pushed itself, to go on elsewhere in it (CONFIG_DEBUG_ENTRY in asm_exc_nmi, asm_fred_entry_from_kvm).</summary>
    public static bool IsOwnFrame(Instruction instruction, AbstractCpu cpu, Scenario scenario, StateReport report) =>
        PtRegs.Word(cpu, cpu[AbstractState.Rsp], instruction.Info.Op == Op.Iret ? 0 : 1) is { IsConstant: true } rip
        && !scenario.IsInterruptedAt(rip) && report.IsCode(rip.KnownBits);
}
