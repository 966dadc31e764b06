using EntryGen.Asm.Flow;

namespace EntryGen.Asm.Rules;

/// <summary>Which assignments of the kernel's CPU features occur.</summary>
public static class KernelFeatures
{
    /// <summary>The assignments of a machine that runs on its own hardware: X86_FEATURE_ALWAYS is on, and no guest of Xen's that has neither SWAPGS nor CR3.</summary>
    public static FeatureCondition Assumptions(FeatureSpace space)
    {
        var always = space.Features.Any(feature => feature.IsAlwaysOn) ? space.Of("ALWAYS") : space.Everything;
        return always.And(space.Of("XENPV", on: false));
    }
}
