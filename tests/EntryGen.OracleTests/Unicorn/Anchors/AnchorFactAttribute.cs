using EntryGen.OracleTests.Gas;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>A theory on the paths of the speed anchors: skipped where ENTRYGEN_ANCHORS does not name their directory, or Unicorn and GNU binutils are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AnchorTheoryAttribute : TheoryAttribute
{
    public AnchorTheoryAttribute() => Skip = AnchorCode.Missing ?? (KernelTrees.Required ? null : UnicornLibrary.Missing ?? GnuAs.Missing);
}
