using EntryGen.Emulation;

namespace EntryGen.Kernel;

/// <summary>Hands out page frames of guest memory, lowest first.</summary>
internal sealed class FrameAllocator(PhysicalMemory memory)
{
    private ulong _next = PhysicalMemory.PageSize; // frame 0 stays unused, so that a null frame number is noticed

    /// <summary>Takes consecutive frames, aligned to their total size when <paramref name="aligned"/>.</summary>
    /// <exception cref="InvalidOperationException">The guest's memory is used up.</exception>
    public PhysicalAddress Take(int pages = 1, bool aligned = false)
    {
        var size = (ulong)pages * PhysicalMemory.PageSize;
        var start = aligned ? (_next + size - 1) / size * size : _next;
        if (start + size > (ulong)memory.Size)
        {
            throw new InvalidOperationException(
                $"The kernel environment needs more than {memory.Size / 1024} KiB of guest memory. Give KernelOptions.MemorySize a larger value.");
        }

        _next = start + size;
        return start;
    }
}
