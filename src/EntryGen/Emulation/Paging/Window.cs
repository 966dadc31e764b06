using System.ComponentModel;
using System.Runtime.InteropServices;

namespace EntryGen.Emulation;

/// <summary>One slot of the host-side cache of translations. Generated code only passes a reference to the first one of a context.</summary>
/// <remarks>A tag is the last linear address of the page: what an access ends with, all bits below 12 set, is compared with it. 0 is no tag.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[StructLayout(LayoutKind.Sequential)]
public struct Window
{
    /// <summary>A bit that every tag has, but for that of a page whose writes somebody is told of: no access finds it, and the long way does without a translation.</summary>
    internal const ulong Seen = 1;

    /// <summary>The page that may be read.</summary>
    internal ulong ReadTag;

    /// <summary>The page that may be written.</summary>
    internal ulong WriteTag;

    /// <summary>The page that instructions may be fetched from.</summary>
    internal ulong FetchTag;

    /// <summary>Added to a linear address gives the host's address of the byte.</summary>
    internal ulong Addend;
}
