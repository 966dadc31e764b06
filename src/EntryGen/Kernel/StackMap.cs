namespace EntryGen.Kernel;

/// <summary>Answers which stack an address belongs to.</summary>
/// <param name="layout">The address space.</param>
public sealed class StackMap(KernelLayout layout)
{
    private readonly StackObject[] _stacks = [.. layout.Stacks];

    /// <summary>The stack that holds the byte at an address, or null.</summary>
    public StackObject? At(VirtualAddress address)
    {
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
}
