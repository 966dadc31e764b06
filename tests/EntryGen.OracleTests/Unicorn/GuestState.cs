namespace EntryGen.OracleTests.Unicorn;

/// <summary>A state to start an instruction in: the general registers by encoding number, RFLAGS, and words of memory.</summary>
internal sealed class GuestState
{
    private readonly List<(ulong Frame, ulong Value)> _memory = [];

    /// <summary>RAX to R15 in encoding order, then RFLAGS.</summary>
    public ulong[] Registers { get; } = new ulong[17];

    /// <summary>RFLAGS.</summary>
    public ref ulong Flags => ref Registers[16];

    /// <summary>Words that memory gets, by physical address.</summary>
    public IReadOnlyList<(ulong Frame, ulong Value)> Memory => _memory;

    /// <summary>Forgets the words of memory.</summary>
    public void Clear() => _memory.Clear();

    /// <summary>Gives memory a word where all of it is mapped on one page.</summary>
    public void Poke(ulong address, ulong value)
    {
        if ((address & 0xfff) <= 0xff8 && Arena.FrameOf(address) is { } frame)
        {
            _memory.Add((frame, value));
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Join(' ', Registers.Select((value, number) => $"{(number == 16 ? "fl" : number)}={value:x}")) + string.Concat(_memory.Select(word => $" [{word.Frame:x}]={word.Value:x}"));
}
