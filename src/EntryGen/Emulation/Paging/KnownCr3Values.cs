using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EntryGen.Emulation;

/// <summary>
/// Values that MOV to CR3 accepted under CR4.PCIDE with nothing to invalidate: writing one again only selects its windows. Entry code writes the same two
/// over and over.
/// </summary>
internal sealed class KnownCr3Values(ulong[] file)
{
    private const int Count = 8;
    private const int PcidHighBit = 11;

    private readonly KnownCr3[] _values = new KnownCr3[Count];

    /// <summary>The first of them.</summary>
    public ref KnownCr3 First => ref MemoryMarshal.GetArrayDataReference(_values);

    /// <summary>The place of a value. The kernel's and the user's page table differ in bits 11 and 12, those of different processes in the lower ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref KnownCr3 Find(ref KnownCr3 first, ulong value) => ref Unsafe.Add(ref first, (nint)((value ^ (value >> PcidHighBit)) & (Count - 1)));

    /// <summary>Keeps the value that was just written.</summary>
    public void Keep(ulong value) => Find(ref First, value) = new KnownCr3
    {
        Value = value,
        Context = file[HiddenState.WindowContext],
        Mode = file[HiddenState.WindowMode],
    };

    /// <summary>Forgets all: the windows have other owners, PCIDs are off, or somebody wants to hear of each write.</summary>
    public void Clear() => Array.Clear(_values);
}
