using System.Runtime.CompilerServices;

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
    /// <summary>Slots: many more than an entry path uses pages, because pages whose slots coincide take turns.</summary>
    public const int Count = 1 << CountBits;

    private const int CountBits = 10;

    /// <summary>Part of a mode: CPL is 3.</summary>
    public const int UserMode = 1;

    /// <summary>Part of a mode: SMAP keeps supervisor accesses from user pages.</summary>
    public const int SmapInForce = 2;

    /// <summary>Part of a mode: CR0.WP.</summary>
    public const int WriteProtect = 4;

    /// <summary>How many modes a PCID has.</summary>
    private const int Modes = 8;

    private const int LastNumber = 0xFFE;

    private readonly uint[] _numbers = new uint[4096 * Modes];
    private readonly int[] _writable = new int[Count];
    private int _writableCount;
    private uint _generation = 1;
    private int _given;

    public WindowCache() => Clear();

    public Window[] Table { get; } = new Window[Count];

    /// <summary>The slot of a tag. Kernel addresses differ in any of their bits, so all of them count (Fibonacci hashing).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Index(ulong tag) => (nint)((tag * 0x9E37_79B9_7F4A_7C15UL) >> (64 - CountBits));

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
        _writableCount = 0;
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

    /// <summary>Forgets that pages may be written, so that the next write to each is seen.</summary>
    public void ForgetWrites()
    {
        foreach (var index in _writable.AsSpan(0, _writableCount))
        {
            Table[index].WriteTag = Window.NoTag;
        }

        _writableCount = 0;
    }

    /// <summary>Keeps a translation for one kind of access.</summary>
    /// <param name="tag">The page with the context's number.</param>
    /// <param name="addend">Added to a linear address gives the physical one.</param>
    /// <param name="access">What it allows.</param>
    public void Keep(ulong tag, ulong addend, AccessKind access)
    {
        ref var slot = ref Claim(tag, addend);
        switch (access)
        {
            case AccessKind.Read:
                slot.ReadTag = tag;
                break;
            case AccessKind.Write:
                if (_writableCount == Count)
                {
                    ForgetWrites();
                }

                slot.WriteTag = tag;
                _writable[_writableCount++] = (int)Index(tag);
                break;
            default:
                slot.FetchTag = tag;
                break;
        }
    }

    /// <summary>Puts a translation in its slot. Another page's permissions that the slot held are forgotten.</summary>
    private ref Window Claim(ulong tag, ulong addend)
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

        return (uint)++_given;
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
