namespace EntryGen.Kernel;

/// <summary>Answers which stack an address belongs to.</summary>
/// <param name="layout">The address space.</param>
public sealed class StackMap(KernelLayout layout)
{
    private const ulong EspfixArea = 1ul << 32;
    private const ulong EspfixStep = 0x1_0000;

    private readonly StackObject[] _stacks = [.. layout.Stacks];

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

    /// <summary>The espfix stack has an alias for each value of bits 31:16, which are those of the user's ESP.</summary>
    private VirtualAddress WithoutAlias(VirtualAddress address) => address.Value - layout.Espfix.Value < EspfixArea
        ? layout.Espfix + (long)((address.Value - layout.Espfix.Value) % EspfixStep)
        : address;
}
