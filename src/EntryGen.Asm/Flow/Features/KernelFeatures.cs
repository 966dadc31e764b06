using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>What the kernel's CPU features mean for the code that asks for them, and for code that does not.</summary>
public static class KernelFeatures
{
    private const int Cr3 = 3;

    /// <summary>The assignments of any machine: X86_FEATURE_ALWAYS is on.</summary>
    public static FeatureCondition Possible(FeatureSpace space) => space.Features.Any(feature => feature.IsAlwaysOn) ? space.Of("ALWAYS") : space.Everything;

    /// <summary>The assignments of a machine that runs on its own hardware: no guest of Xen's that has neither SWAPGS nor CR3.</summary>
    public static FeatureCondition Assumptions(FeatureSpace space) => Possible(space).And(space.Of("XENPV", on: false));

    /// <summary>The assignments of a paravirtualized guest of Xen's; none when the Program does not know of any.</summary>
    public static FeatureCondition GuestAssumptions(FeatureSpace space) => Possible(space).And(space.Of("XENPV"));

    /// <summary>When user mode has page tables of its own. Code that writes CR3 without asking is written for that.</summary>
    public static FeatureCondition PageTableIsolation(Program program, FeatureSpace space) => OrIfWritten("PTI", program, space);

    /// <summary>When CR3 has PCIDs, those of user mode with bit 11 set.</summary>
    public static FeatureCondition Pcid(Program program, FeatureSpace space) => OrIfWritten("PCID", program, space);

    private static FeatureCondition OrIfWritten(string feature, Program program, FeatureSpace space) =>
        space.Features.Any(known => known.Name == feature) ? space.Of(feature)
        : program.Items.OfType<Instruction>().Any(WritesCr3) ? space.Everything
        : space.Nothing;

    private static bool WritesCr3(Instruction instruction) =>
        instruction.Info.Op == Op.MovToControl && instruction.Operands is [_, RegisterOperand { Register.Number: Cr3 }];
}
