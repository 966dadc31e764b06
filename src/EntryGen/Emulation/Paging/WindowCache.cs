namespace EntryGen.Emulation;

/// <summary>
/// The host-side cache in front of the TLB: translations that an access can use without any further check. It never holds what the TLB
/// does not hold.
/// </summary>
/// <remarks>
/// A context is a PCID together with everything in the mode that decides what a data access may do (CPL 3 or not, SMAP in force, CR0.WP).
/// Each has a number that is part of the tags, so a change of CR3, CPL or AC changes one number and keeps all slots; a PCID is flushed by
/// giving its contexts new numbers.
/// </remarks>
internal sealed class WindowCache
{
    /// <summary>Slots; a power of two.</summary>
    public const int Count = 256;

    /// <summary>How many modes a PCID has.</summary>
    public const int Modes = 8;

    private const int LastNumber = 0xFFE;

    // An odd factor permutes the numbers; neighbours end far apart, so that one page seen from two contexts gets two slots.
    private const int Spread = 37;

    private readonly uint[] _numbers = new uint[4096 * Modes];
    private uint _generation = 1;
    private int _given;

    public WindowCache() => Clear();

    public Window[] Table { get; } = new Window[Count];

    /// <summary>The slot of a tag; the tag's bits above 12 are the page, below the context.</summary>
    public static nint Index(ulong tag) => (nint)(((tag >> 12) ^ tag) & (Count - 1));

    /// <summary>The number of a context.</summary>
    public ulong Context(int pcid, int mode)
    {
        ref var number = ref _numbers[(pcid * Modes) + mode];
        if (number >> 12 != _generation)
        {
            var next = NextNumber();
            number = (_generation << 12) | next;
        }

        return number & 0xFFF;
    }

    /// <summary>Forgets all translations.</summary>
    public void Clear()
    {
        Array.Fill(Table, new Window { ReadTag = Window.NoTag, WriteTag = Window.NoTag, FetchTag = Window.NoTag });
        NextGeneration();
    }

    /// <summary>Forgets the translations of one PCID. The caller asks for the current context's number again.</summary>
    public void Forget(int pcid) => Array.Clear(_numbers, pcid * Modes, Modes);

    /// <summary>Forgets all translations by numbering the contexts anew.</summary>
    public void ForgetAll()
    {
        if (_given > LastNumber / 2)
        {
            Clear();
        }
        else
        {
            Renumber();
        }
    }

    /// <summary>Forgets the translations of one page in every context.</summary>
    public void ForgetPage(ulong address)
    {
        var page = address >> 12;
        foreach (ref var slot in Table.AsSpan())
        {
            slot.ReadTag = slot.ReadTag >> 12 == page ? Window.NoTag : slot.ReadTag;
            slot.WriteTag = slot.WriteTag >> 12 == page ? Window.NoTag : slot.WriteTag;
            slot.FetchTag = slot.FetchTag >> 12 == page ? Window.NoTag : slot.FetchTag;
        }
    }

    /// <summary>Forgets that pages may be written, so that the next write to each is seen.</summary>
    public void ForgetWrites()
    {
        foreach (ref var slot in Table.AsSpan())
        {
            slot.WriteTag = Window.NoTag;
        }
    }

    /// <summary>Puts a translation in its slot. Another page's permissions that the slot held are forgotten.</summary>
    public ref Window Claim(ulong tag, ulong addend)
    {
        ref var slot = ref Table[Index(tag)];
        if (slot.Addend != addend)
        {
            slot = new Window { ReadTag = Window.NoTag, WriteTag = Window.NoTag, FetchTag = Window.NoTag, Addend = addend };
        }

        return ref slot;
    }

    private uint NextNumber()
    {
        if (_given >= LastNumber)
        {
            Clear();
        }

        _given++;
        return (uint)(_given * Spread) & 0xFFF;
    }

    private void NextGeneration()
    {
        _given = 0;
        Renumber();
    }

    private void Renumber()
    {
        // 20 bits of generation: when they are used up the numbers of the first generations would come alive again.
        if (++_generation >> 20 != 0)
        {
            Array.Clear(_numbers);
            _generation = 1;
        }
    }
}
