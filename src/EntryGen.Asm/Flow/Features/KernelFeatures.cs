using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>What the kernel's CPU features mean for the code that asks for them, and for code that does not.</summary>
public static class KernelFeatures
{
    private const int Cr3 = 3;
    private const int UserPcidBit = 11;
    private const int UserHalfBit = 12;
    private const int NoFlushBit = 63;

    /// <summary>The assignments of any machine: X86_FEATURE_ALWAYS is on.</summary>
    public static FeatureCondition Possible(FeatureSpace space) => space.Features.Any(feature => feature.IsAlwaysOn) ? space.Of("ALWAYS") : space.Everything;

    /// <summary>The assignments of a machine that runs on its own hardware: no guest of Xen's that has neither SWAPGS nor CR3.</summary>
    public static FeatureCondition Assumptions(FeatureSpace space) => Possible(space).And(space.Of("XENPV", on: false));

    /// <summary>The assignments of a paravirtualized guest of Xen's; none when the Program does not know of any.</summary>
    public static FeatureCondition GuestAssumptions(FeatureSpace space) => Possible(space).And(space.Of("XENPV"));

    /// <summary>When user mode has page tables of its own. Code that writes CR3 without asking is written for that.</summary>
    public static FeatureCondition PageTableIsolation(Program program, FeatureSpace space) => Of("PTI", space, program.Items.OfType<Instruction>().Any(WritesCr3));

    /// <summary>When CR3 has PCIDs, those of user mode with bit 11 set. Code that names that bit, or the one that keeps the TLB, without asking is written for that.</summary>
    public static FeatureCondition Pcid(Program program, FeatureSpace space) => Of("PCID", space, program.Items.OfType<Instruction>().Any(NamesPcidBit));

    private static FeatureCondition Of(string feature, FeatureSpace space, bool otherwise) =>
        space.Features.Any(known => known.Name == feature) ? space.Of(feature) : otherwise ? space.Everything : space.Nothing;

    private static bool WritesCr3(Instruction instruction) =>
        instruction.Info.Op == Op.MovToControl && instruction.Operands is [_, RegisterOperand { Register.Number: Cr3 }];

    private static bool NamesPcidBit(Instruction instruction)
    {
        if (instruction.Operands.Count == 0 || instruction.Operands[0] is not ImmediateOperand { Symbol: null, Value: var value })
        {
            return false;
        }

        return instruction.Info.Op switch
        {
            Op.Bt or Op.Bts or Op.Btr => value is UserPcidBit or NoFlushBit,
            Op.And => IsOfCr3(~value),
            Op.Or => IsOfCr3(value),
            _ => false,
        };
    }

    // The bit of the PCID, alone or with that of the half.
    private static bool IsOfCr3(long mask) => mask is (1 << UserPcidBit) or ((1 << UserPcidBit) | (1 << UserHalfBit));
}
