namespace EntryGen.Kernel;

/// <summary>Answers which stack an address belongs to.</summary>
/// <param name="layout">The address space.</param>
/// <param name="stacks">The stacks.</param>
public sealed class StackMap(KernelLayout layout, IEnumerable<StackObject> stacks)
{
    private const ulong EspfixArea = 1ul << 32;
    private const ulong EspfixStep = 0x1_0000;

    private readonly StackObject[] _stacks = [.. stacks];

    /// <summary>The stacks of one CPU and one task.</summary>
    /// <param name="layout">The address space.</param>
    public StackMap(KernelLayout layout)
        : this(layout, layout.Stacks)
    {
    }

    /// <summary>The stacks of all CPUs and tasks, those of CPU 0 and task 0 first.</summary>
    /// <param name="options">How many there are.</param>
    public StackMap(KernelOptions options)
        : this(options.Layout, All(options))
    {
    }

    /// <summary>All stacks.</summary>
    public IReadOnlyList<StackObject> Stacks => _stacks;

    /// <summary>The stack that holds the byte at an address, or null.</summary>
    public StackObject? At(VirtualAddress address)
    {
        address = WithoutAlias(address);
        foreach (var stack in _stacks)
        {
            if (stack.Contains(address))
            {
                return stack;
            }
        }

        return null;
    }

    /// <summary>The stack that a stack pointer is on: an empty stack's RSP lies just above it.</summary>
    public StackObject? OfPointer(VirtualAddress rsp) => At(new(rsp.Value - 1)) ?? At(rsp);

    /// <summary>Bytes in use on the stack that a stack pointer is on; 0 when it is on none.</summary>
    public int Depth(VirtualAddress rsp) => OfPointer(rsp) is { } stack ? (int)(stack.Top.Value - WithoutAlias(rsp).Value) : 0;

    private static IEnumerable<StackObject> All(KernelOptions options)
    {
        for (var task = 0; task < options.Tasks.Count; task++)
        {
            var layout = options.Layout.For(0, task);
            foreach (var stack in layout.Stacks.Where(stack => stack.Kind == StackKind.Thread || (task == 0 && stack.Kind == StackKind.User)))
            {
                yield return stack with { Owner = task };
            }

            if (options.PtiStacks)
            {
                yield return new StackObject(StackKind.Pti, layout.PtiStack, KernelLayout.PtiStackSize) { Owner = task };
            }
        }

        for (var cpu = 0; cpu < options.Processors; cpu++)
        {
            var layout = options.Layout.For(cpu, 0);
            foreach (var stack in layout.Stacks.Where(stack => stack.IsPerCpu && (cpu == 0 || stack.Kind != StackKind.Espfix)))
            {
                yield return stack with { Owner = cpu };
            }
        }
    }

    /// <summary>The espfix stack has an alias for each value of bits 31:16, which are those of the user's ESP.</summary>
    private VirtualAddress WithoutAlias(VirtualAddress address) => address.Value - layout.Espfix.Value < EspfixArea
        ? layout.Espfix + (long)((address.Value - layout.Espfix.Value) % EspfixStep)
        : address;
}
