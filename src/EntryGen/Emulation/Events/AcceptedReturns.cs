using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EntryGen.Emulation;

/// <summary>
/// Returns within the kernel that IRETQ accepted. While the translations that found the descriptors hold, one is good again when both descriptors read the
/// same: they are in guest memory, which anybody may change.
/// </summary>
internal sealed class AcceptedReturns(ulong[] file, LinearMemory linear)
{
    private const int Count = 8;
    private const int IndexShift = 3;
    private const ulong LocalTable = 4;
    private const ulong RequestedLevel = 3;

    private readonly AcceptedReturn[] _entries = new AcceptedReturn[Count];

    /// <summary>The first of them.</summary>
    public ref AcceptedReturn First => ref MemoryMarshal.GetArrayDataReference(_entries);

    /// <summary>The place of a return to a code segment under the windows in force: an exception may interrupt either half of the page tables, and each has translations of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref AcceptedReturn Find(ref AcceptedReturn first, ulong cs, ulong context) =>
        ref Unsafe.Add(ref first, (nint)(((cs >> IndexShift) ^ (context >> WindowCache.ContextSizeBits)) & (Count - 1)));

    /// <summary>What the checks depend on besides the descriptors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Pair(ulong cs, ulong ss) => (ushort)cs | ((ulong)(ushort)ss << 16);

    /// <summary>Keeps a return that passed, if it stays at CPL 0 in 64-bit code and both segments are in the GDT.</summary>
    /// <param name="cs">The selector of the code segment.</param>
    /// <param name="ss">The selector of the stack segment.</param>
    /// <param name="code">The code segment.</param>
    /// <param name="stack">The stack segment.</param>
    public void Keep(ulong cs, ulong ss, SegmentDescriptor code, SegmentDescriptor stack)
    {
        var table = file[(int)Reg.GdtBase];
        if (((cs | ss) & (LocalTable | RequestedLevel)) == 0
            && code.IsLong
            && !DescriptorReader.IsNull(ss)
            && linear.TryLocate(table + cs, out var codePlace)
            && linear.TryLocate(table + ss, out var stackPlace))
        {
            Find(ref First, cs, file[HiddenState.WindowContext]) = new AcceptedReturn
            {
                Pair = Pair(cs, ss),
                Context = file[HiddenState.WindowContext],
                Epoch = file[HiddenState.WindowEpoch],
                Table = table,
                Limit = file[(int)Reg.GdtLimit],
                CodePlace = codePlace,
                StackPlace = stackPlace,
                Code = code.Bits,
                Stack = stack.Bits,
            };
        }
    }

    /// <summary>Forgets all: somebody wants to see each read of the frame.</summary>
    public void Clear() => Array.Clear(_entries);
}
