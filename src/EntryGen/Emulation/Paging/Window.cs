using System.Runtime.InteropServices;

namespace EntryGen.Emulation;

/// <summary>One slot of the host-side cache of translations. A tag is the page's linear address with the context's number in the low 12 bits.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Window
{
    /// <summary>No page has it: the number 0xFFF is never given to a context.</summary>
    public const ulong NoTag = ulong.MaxValue;

    /// <summary>The page that may be read; or <see cref="NoTag"/>.</summary>
    public ulong ReadTag;

    /// <summary>The page that may be written; or <see cref="NoTag"/>.</summary>
    public ulong WriteTag;

    /// <summary>The page that instructions may be fetched from; or <see cref="NoTag"/>.</summary>
    public ulong FetchTag;

    /// <summary>Added to a linear address gives the offset in physical memory.</summary>
    public ulong Addend;
}
