using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Tasks.States;

/// <summary>Remembers for each word of the per-CPU stacks who wrote it last: a task, and how often it had slept then. 0: nobody that matters.</summary>
/// <remarks>The marks lie in guest memory that nothing maps but the direct map, so that they are stored and undone with it.</remarks>
internal sealed class PerCpuStacks
{
    private readonly PhysicalMemory _memory;
    private readonly List<(StackObject Stack, ulong Marks)> _stacks = [];
    private readonly ulong _first;

    public PerCpuStacks(KernelEnvironment environment)
    {
        _memory = environment.Machine.Memory;
        var next = (ulong)_memory.Size;
        foreach (var stack in environment.Stacks.Stacks.Where(stack => stack is { IsPerCpu: true, Kind: not StackKind.Espfix }))
        {
            next -= (ulong)stack.Size;
            _stacks.Add((stack, next));
        }

        _first = next;
    }

    /// <summary>A task wrote a word.</summary>
    public void Wrote(ulong address, int task, int slept)
    {
        if (PlaceOf(address, out var mark, out _))
        {
            _memory.Write(mark, Mark(task, slept));
        }
    }

    /// <summary>Whether a task reads what it had left behind when it slept, or on the entry stack what another one has written since.</summary>
    public bool IsLeftBehind(ulong address, int task, int slept)
    {
        if (!PlaceOf(address, out var place, out var stack))
        {
            return false;
        }

        var mark = _memory.Read<ulong>(place);
        return mark != 0 && mark != Mark(task, slept) && (stack.Kind == StackKind.Entry || (byte)mark == task + 1);
    }

    /// <summary>A task is in user mode again, or gone: it needs nothing of what it wrote.</summary>
    public void Forget(int task)
    {
        var bytes = _memory.Bytes.AsSpan((int)_first);
        var words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(bytes);
        for (var i = 0; i < words.Length; i++)
        {
            i += words[i..].IndexOfAnyExcept(0UL) is var skipped and >= 0 ? skipped : words.Length - i;
            if (i < words.Length && (byte)words[i] == task + 1)
            {
                _memory.Write(_first + ((ulong)i * sizeof(ulong)), 0UL);
            }
        }
    }

    private static ulong Mark(int task, int slept) => ((ulong)slept << 8) | (uint)(task + 1);

    private bool PlaceOf(ulong address, out ulong mark, out StackObject stack)
    {
        foreach (var (each, marks) in _stacks)
        {
            if (each.Contains(address))
            {
                (mark, stack) = (marks + ((address - each.Bottom.Value) & ~7UL), each);
                return true;
            }
        }

        (mark, stack) = (0, _stacks[0].Stack);
        return false;
    }
}
