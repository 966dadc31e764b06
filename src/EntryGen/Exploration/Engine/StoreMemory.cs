using System.Runtime.InteropServices;

namespace EntryGen.Exploration.Engine;

/// <summary>
/// Native memory for what a search keeps to its end. It comes in pages of 2 MiB where the system has them for who asks (Linux, unless turned off): a large search touches all of its memory once,
/// and with pages of 4 KiB the system takes a good part of the time to hand them out, with locks that its threads then wait for.
/// </summary>
/// <remarks>Memory counts as used when it is touched, so who needs little begins elsewhere: a page that is touched is 2 MiB.</remarks>
internal sealed unsafe partial class StoreMemory : IDisposable
{
    /// <summary>The size of a huge page in bytes.</summary>
    public const int PageBytes = 2 << 20;

    private const int BlockBytes = 4 * PageBytes;
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE

    private static volatile bool _canAsk = OperatingSystem.IsLinux();

    private readonly Lock _lock = new();
    private readonly List<nint> _blocks = [];
    private byte* _next;
    private byte* _end;

    /// <summary>Whole huge pages, to be freed by <see cref="FreePages"/>.</summary>
    /// <param name="bytes">How many bytes, a multiple of <see cref="PageBytes"/>.</param>
    public static byte* AllocPages(nuint bytes)
    {
        var pages = (byte*)NativeMemory.AlignedAlloc(bytes, PageBytes);
        AskForHugePages(pages, bytes);
        return pages;
    }

    /// <summary>Frees what <see cref="AllocPages"/> gave.</summary>
    public static void FreePages(void* pages) => NativeMemory.AlignedFree(pages);

    /// <summary>Some bytes that stay until the end, not cleared. Any thread may ask.</summary>
    public byte* Take(nuint bytes)
    {
        lock (_lock)
        {
            if (bytes > (nuint)(_end - _next))
            {
                var block = nuint.Max(BlockBytes, (bytes + PageBytes - 1) & ~(nuint)(PageBytes - 1));
                _next = AllocPages(block);
                _end = _next + block;
                _blocks.Add((nint)_next);
            }

            var taken = _next;
            _next += bytes;
            return taken;
        }
    }

    public void Dispose()
    {
        foreach (var block in _blocks)
        {
            FreePages((void*)block);
        }

        _blocks.Clear();
        _next = _end = null;
    }

    // Where there are none, or nobody to ask, pages are small, which is only slower.
    private static void AskForHugePages(void* pages, nuint bytes)
    {
        if (!_canAsk)
        {
            return;
        }

        try
        {
            _ = Advise(pages, bytes, AdviseHugePages);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            _canAsk = false;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
