namespace EntryGen.OracleTests;

/// <summary>A test that needs the kernel trees: skipped where there are none, unless CI says that there must be.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelFactAttribute : FactAttribute
{
    public KernelFactAttribute()
    {
        if (!KernelTrees.Required)
        {
            Skip = KernelTrees.Missing;
        }
    }
}

/// <summary>A theory that needs the kernel trees.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelTheoryAttribute : TheoryAttribute
{
    public KernelTheoryAttribute()
    {
        if (!KernelTrees.Required)
        {
            Skip = KernelTrees.Missing;
        }
    }
}
