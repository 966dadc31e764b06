using EntryGen.OracleTests.Gas;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>A test that needs Unicorn and GNU binutils: skipped where they are not, unless CI says that they must be.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnicornFactAttribute : FactAttribute
{
    public UnicornFactAttribute()
    {
        if (!KernelTrees.Required)
        {
            Skip = UnicornLibrary.Missing ?? GnuAs.Missing;
        }
    }
}

/// <summary>A theory that needs Unicorn and GNU binutils.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnicornTheoryAttribute : TheoryAttribute
{
    public UnicornTheoryAttribute()
    {
        if (!KernelTrees.Required)
        {
            Skip = UnicornLibrary.Missing ?? GnuAs.Missing;
        }
    }
}

/// <summary>A theory that needs Unicorn and the kernel trees.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelUnicornTheoryAttribute : TheoryAttribute
{
    public KernelUnicornTheoryAttribute()
    {
        if (!KernelTrees.Required)
        {
            Skip = UnicornLibrary.Missing ?? KernelTrees.Missing;
        }
    }
}
