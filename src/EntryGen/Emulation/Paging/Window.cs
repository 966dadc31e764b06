using System.ComponentModel;
using System.Runtime.InteropServices;

namespace EntryGen.Emulation;

/// <summary>One slot of the host-side cache of translations. Generated code only passes a reference to the first one of a context.</summary>
/// <remarks>
/// It serves one block of a page, of <see cref="PhysicalMemory.BlockSize"/> bytes: the first write to each block is seen, which is how snapshots know what was written. A tag is the last
/// linear address of the block: what an access ends with, all bits of the place within the block set, is compared with it. 0 is no tag.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[StructLayout(LayoutKind.Sequential)]
public struct Window
{
    /// <summary>The last place within a block.</summary>
    internal const ulong LastByte = PhysicalMemory.BlockSize - 1;

    /// <summary>A bit that every tag has, but for that of a block whose writes somebody is told of: no access finds it, and the long way does without a translation.</summary>
    internal const ulong Seen = 1;

    /// <summary>The block that may be read.</summary>
    internal ulong ReadTag;

    /// <summary>The block that may be written.</summary>
    internal ulong WriteTag;

    /// <summary>The block that instructions may be fetched from.</summary>
    internal ulong FetchTag;

    /// <summary>Added to a linear address gives the host's address of the byte.</summary>
    internal ulong Addend;
}
