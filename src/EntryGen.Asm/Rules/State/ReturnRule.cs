using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>What is returned to finds its CR3, its GS base and its registers as they were.</summary>
internal sealed class ReturnRule : StateRule
{
    private const int Rax = 0, Rcx = 1, Rbp = 5, R8 = 8, R11 = 11;
    private static readonly string[] _names = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } =
        [StateDiagnostics.UserWithKernelCr3, StateDiagnostics.Cr3NotRestored, StateDiagnostics.GsNotRestored, StateDiagnostics.RegisterNotRestored];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (instruction.Info.Op is not (Op.Iret or Op.Sysret or Op.Sysexit or Op.Eretu or Op.Erets) || IsToUser(instruction, cpu) is not { } isToUser
            || (instruction.Info.Op is Op.Iret or Op.Erets && Calls.IsOwnFrame(instruction, cpu, node.Scenario, report)))
        {
            return;
        }

        if (isToUser)
        {
            CheckUser(node, instruction, cpu, report);
        }
        else
        {
            CheckKernel(node, instruction, cpu, report);
        }

        CheckRegisters(node, instruction, cpu, report);
        if (instruction.Info.Op == Op.Sysret && IsLostStackPointer(cpu[AbstractState.Rsp], node.Scenario.IsCompatible))
        {
            report.Add(StateDiagnostics.RegisterNotRestored, node, instruction, "%rsp is not what user mode had; load it from pt_regs last.");
        }
    }

    // Where an IRET goes is known when the frame is: what is on a stack of unknown place (espfix) is not.
    private static bool? IsToUser(Instruction instruction, AbstractCpu cpu) => instruction.Info.Op switch
    {
        Op.Iret => PtRegs.Word(cpu, cpu[AbstractState.Rsp], (int)FrameField.Cs)?.Bit(0),
        Op.Erets => false,
        _ => true,
    };

    private static void CheckUser(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (cpu.Cr3.Bit(Cr3Bits.UserHalf) == false)
        {
            report.Add(
                StateDiagnostics.UserWithKernelCr3, node, instruction, "User mode is returned to with the kernel's CR3; switch to the user's before.", report.PageTableIsolation);
        }

        // ERETU swaps the GS base itself.
        if (cpu.GsBase.Origin.Kind == (instruction.Info.Op == Op.Eretu ? OriginKind.UserGsBase : OriginKind.PerCpuBase))
        {
            report.Add(StateDiagnostics.GsNotRestored, node, instruction, "User mode is returned to with the kernel's GS base; SWAPGS must come before.");
        }
    }

    private static void CheckKernel(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        var before = node.Scenario.State;
        if (cpu.Cr3 != before.Cr3 && !node.Scenario.IsAtIretToUser)
        {
            report.Add(StateDiagnostics.Cr3NotRestored, node, instruction, "The kernel code that was interrupted gets another CR3 than it had; put back the one that was saved.");
        }

        // The fixup of a faulting load of GS is entered with the kernel's GS base, by design.
        if (cpu.GsBase != before.GsBase && cpu.GsBase.Origin.Kind is not (OriginKind.Unknown or OriginKind.Result) && !node.Scenario.IsAtSpecialPlace)
        {
            report.Add(StateDiagnostics.GsNotRestored, node, instruction, "The kernel code that was interrupted gets another GS base than it had; SWAPGS on the way out as on the way in.");
        }
    }

    // C code may choose another RSP for the fast 32-bit calls; a stack of the kernel's it is never.
    private static bool IsLostStackPointer(AbstractValue pointer, bool isCompatible) =>
        isCompatible ? pointer.Stack is not (null or StackObject.User) : pointer.Origin != new ValueOrigin(OriginKind.EntryRegister, AbstractState.Rsp);

    private static void CheckRegisters(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (i == AbstractState.Rsp)
            {
                continue;
            }

            var value = cpu[i];
            if (node.Scenario.IsSystemCall && (i is Rax or Rcx or R11 || (node.Scenario.IsCompatible && i is Rbp or >= R8)))
            {
                CheckGiven(node, instruction, i, value, report);
            }
            else if (value.Origin != new ValueOrigin(OriginKind.EntryRegister, i))
            {
                report.Add(StateDiagnostics.RegisterNotRestored, node, instruction, $"%{_names[i]} of what was interrupted is lost; put it back from pt_regs, and use it for nothing after that.");
            }
        }
    }

    // A system call returns a value and uses two registers up; the 32-bit ones zero those that 32-bit code does not have, and take EBP from the user's stack. What user mode
    // is given in these comes from pt_regs, or is 0: nothing of the kernel's own.
    private static void CheckGiven(StateNode node, Instruction instruction, int register, AbstractValue value, StateReport report)
    {
        var isOwn = value.Origin.Kind switch
        {
            OriginKind.Unknown or OriginKind.Result or OriginKind.EntryRegister or OriginKind.EntryFlags or OriginKind.EntryFrame => register >= R8 && register != R11 && value.Origin.Kind is OriginKind.Result,
            OriginKind.ReturnValue => register != Rax,
            OriginKind.Constant => register == Rbp && node.Scenario.Shape != EntryShape.SoftwareInterrupt && instruction.Info.Op == Op.Sysret,
            _ => true,
        };
        if (isOwn)
        {
            report.Add(
                StateDiagnostics.RegisterNotRestored, node, instruction,
                $"User mode is given something of the kernel's own in %{_names[register]}; load it from pt_regs or clear it, and use it for nothing after that.");
        }
    }
}
