using System.Runtime.InteropServices;
using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Tasks.States;

/// <summary>What the user half of a process maps of the kernel's data: it can be read by way of side channels.</summary>
internal sealed class UserView
{
    /// <summary>What the kernel keeps where a stack was that has been freed.</summary>
    public const ulong Reused = 0xFEED_5EC2_E700_0000;

    private const ulong KindMask = 0xFFFF_FFFF_0000_0000;

    private readonly KernelEnvironment _environment;
    private readonly List<VisiblePage>[] _pages;
    private readonly ulong[] _stackPointers;

    public UserView(KernelEnvironment environment)
    {
        _environment = environment;
        _stackPointers = [.. environment.Options.Tasks.Select((_, task) => InterruptedContext.StackPointerOf(environment.Layout, task))];
        _pages = new List<VisiblePage>[environment.Options.Tasks.Count];
        for (var task = 0; task < _pages.Length; task++)
        {
            _pages[task] = [.. UserMappings.Of(environment, task).Where(page => page.IsWritable)];
        }
    }

    /// <summary>Words that a task can see and that are of a kind.</summary>
    public IEnumerable<VisibleSecret> Find(int task, SecretKind secret)
    {
        var memory = _environment.Machine.Memory;
        foreach (var page in _pages[task])
        {
            if ((memory.Read<ulong>(page.Entry) & PageTableBits.Present) == 0)
            {
                continue;
            }

            // Words of the TSS are aligned to four bytes.
            for (var offset = 0; offset <= KernelLayout.PageSize - sizeof(ulong); offset += sizeof(uint))
            {
                // Most of a page is 0, and never was anything else.
                var halves = MemoryMarshal.Cast<byte, uint>(memory.Bytes.AsSpan((int)page.Frame.Value + offset, KernelLayout.PageSize - offset));
                if (halves.IndexOfAnyExcept(0U) is not (var next and >= 0) || next == halves.Length - 1)
                {
                    break;
                }

                offset += next * sizeof(uint);
                var word = halves[next] | ((ulong)halves[next + 1] << 32);
                if (Is(word, task, secret))
                {
                    yield return new VisibleSecret(page.Address + offset, word);
                }
            }
        }
    }

    private bool IsOther(int owner, int task) =>
        owner < _environment.Options.Tasks.Count && _environment.Options.Tasks[owner] != _environment.Options.Tasks[task];

    private bool Is(ulong value, int task, SecretKind secret) => secret switch
    {
        SecretKind.OtherProcess => InterruptedContext.TaskOf(value) is { } owner && IsOther(owner, task),
        SecretKind.OtherStackPointer => Array.IndexOf(_stackPointers, value) is var owner and >= 0 && IsOther(owner, task),
        SecretKind.KernelRegisters => (value & KindMask) is TaskProcessor.Garbage or Cpu.Poison,
        SecretKind.Canary => value == KernelVariables.StackCanary,
        _ => value == Reused,
    };
}
