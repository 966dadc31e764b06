using EntryGen.Kernel;

namespace EntryGen.OracleTests.Trace;

/// <summary>From where entries are tried.</summary>
internal static class StartStates
{
    /// <summary>User code; for what can interrupt the kernel also kernel code, and for what can interrupt entry code the windows between CR3 and GS switches.</summary>
    public static IEnumerable<StartState> Of(string symbol)
    {
        yield return StartState.User;
        var kind = KnownEntries.Resolve(symbol, EntryKind.Call).Kind;
        if (kind is EntryKind.Syscall or EntryKind.Sysenter or EntryKind.Int80)
        {
            yield break;
        }

        yield return StartState.Kernel;
        if (kind is EntryKind.Nmi or EntryKind.Paranoid)
        {
            yield return StartState.Kernel with { Cr3 = Side.User };
            yield return StartState.Kernel with { Gs = Side.User };
            yield return StartState.Kernel with { Cr3 = Side.User, Gs = Side.User };
        }
    }
}
