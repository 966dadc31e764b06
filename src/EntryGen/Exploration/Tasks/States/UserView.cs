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

    public UserView(KernelEnvironment environment)
    {
        _environment = environment;
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

            for (var offset = 0; offset < KernelLayout.PageSize; offset += sizeof(ulong))
            {
                // Most words are 0, and never were anything else.
                var words = MemoryMarshal.Cast<byte, ulong>(memory.Bytes.AsSpan((int)page.Frame.Value + offset, KernelLayout.PageSize - offset));
                if (words.IndexOfAnyExcept(0UL) is not (var next and >= 0))
                {
                    break;
                }

                offset += next * sizeof(ulong);
                if (Is(words[next], task, secret))
                {
                    yield return new VisibleSecret(page.Address + offset, words[next]);
                }
            }
        }
    }

    private bool Is(ulong value, int task, SecretKind secret) => secret switch
    {
        SecretKind.OtherProcess => InterruptedContext.TaskOf(value) is { } owner
            && owner < _environment.Options.Tasks.Count
            && _environment.Options.Tasks[owner] != _environment.Options.Tasks[task],
        SecretKind.KernelRegisters => (value & KindMask) is TaskProcessor.Garbage or Cpu.Poison,
        SecretKind.Canary => value == KernelVariables.StackCanary,
        _ => value == Reused,
    };
}
