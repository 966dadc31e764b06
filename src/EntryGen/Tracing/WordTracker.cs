using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Tracing;

/// <summary>Follows 8-byte values from the stack they were loaded from, through registers, to the stack they are stored on.</summary>
/// <remarks>
/// It needs no knowledge of instructions: it compares the general registers before and after each step and sees the step's loads and stores. A register that
/// takes the value of a load of the same step, or of another register that came from a stack, carries that stack along until its value changes.
/// </remarks>
internal sealed class WordTracker(StackMap stacks)
{
    private const int Registers = 16;

    private readonly ulong[] _before = new ulong[Registers];
    private readonly StackObject?[] _origin = new StackObject?[Registers];
    private readonly StackObject?[] _next = new StackObject?[Registers];
    private readonly List<(ulong Value, StackObject? Stack)> _loads = [];
    private readonly List<(ulong Value, StackObject Stack)> _stores = [];

    /// <summary>Starts to follow from a state in which no register holds a word of a stack.</summary>
    public void Reset(ReadOnlySpan<ulong> registers)
    {
        registers[..Registers].CopyTo(_before);
        Array.Clear(_origin);
        _loads.Clear();
        _stores.Clear();
    }

    /// <summary>Notes a load of the step.</summary>
    public void Load(VirtualAddress address, int size, ulong value)
    {
        if (size == 8)
        {
            _loads.Add((value, stacks.At(address)));
        }
    }

    /// <summary>Notes a store of the step.</summary>
    public void Store(VirtualAddress address, int size, ulong value)
    {
        if (size == 8 && stacks.At(address) is { } stack)
        {
            _stores.Add((value, stack));
        }
    }

    /// <summary>Ends a step.</summary>
    /// <param name="registers">The register file after it.</param>
    /// <returns>Words that it copied from one stack to another.</returns>
    public int EndStep(ReadOnlySpan<ulong> registers)
    {
        var copied = 0;
        foreach (var (value, target) in _stores)
        {
            if (Source(value) is { } source && source != target)
            {
                copied++;
            }
        }

        FollowRegisters(registers);
        _loads.Clear();
        _stores.Clear();
        return copied;
    }

    /// <summary>The stack a stored value was loaded from: in the same step, or before into a register.</summary>
    private StackObject? Source(ulong value)
    {
        foreach (var load in _loads)
        {
            if (load.Value == value)
            {
                return load.Stack;
            }
        }

        for (var r = 0; r < Registers; r++)
        {
            if (_origin[r] is { } stack && _before[r] == value)
            {
                return stack;
            }
        }

        return null;
    }

    private void FollowRegisters(ReadOnlySpan<ulong> registers)
    {
        // All sources are looked up in the state before the step, so that an exchange of two registers comes out right.
        for (var r = 0; r < Registers; r++)
        {
            _next[r] = registers[r] == _before[r] ? _origin[r] : r == (int)Reg.Rsp ? null : Source(registers[r]);
        }

        _next.CopyTo(_origin, 0);
        registers[..Registers].CopyTo(_before);
    }
}
