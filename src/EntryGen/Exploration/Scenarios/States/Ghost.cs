using EntryGen.Emulation;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>
/// What an exploration remembers beside the machine: the activations in progress with what each interrupted, the events left, and which properties the last
/// transition broke. Plain words, stored with a state like registers.
/// </summary>
internal sealed class Ghost
{
    public const byte NoVector = 255;

    private const int LevelCell = 0, EventsCell = 1, BrokenCell = 2, FlagsCell = 3;

    /// <summary>The first of the words of the environment (<see cref="AddressSpaceWords"/> of them).</summary>
    public const int AddressSpaceCell = 4;

    public const int AddressSpaceWords = 6;

    private const int HeaderCells = AddressSpaceCell + AddressSpaceWords;
    private const ulong NmiOwed = 1, Halted = 2;

    // Beside the flags, where runs are counted: choices in bits 63:32, other transitions since the last of them in bits 31:16.
    private const ulong OneChoice = 1UL << 32, OneOther = 1UL << 16;

    private static readonly Reg[] _kept =
    [
        Reg.Rax, Reg.Rcx, Reg.Rdx, Reg.Rbx, Reg.Rsp, Reg.Rbp, Reg.Rsi, Reg.Rdi, Reg.R8, Reg.R9, Reg.R10, Reg.R11, Reg.R12, Reg.R13, Reg.R14, Reg.R15,
        Reg.Rip, Reg.Rflags, Reg.Cr3, Reg.FsBase, Reg.GsBase, Reg.KernelGsBase, Reg.Cs, Reg.Ss, Reg.SpecCtrl, Reg.EventState,
    ];

    private static readonly int[] _placeOf = Places();

    private const int RegisterCells = 3;

    /// <summary>Cells of a level: its kind, what its handler is doing, the CR3 that the handler remembers, then the registers.</summary>
    private static readonly int _levelCells = RegisterCells + _kept.Length;

    public Ghost(int levels)
    {
        MostLevels = levels;
        Cells = new ulong[HeaderCells + (levels * _levelCells)];
    }

    public ulong[] Cells { get; }

    public int MostLevels { get; }

    public int Level
    {
        get => (int)Cells[LevelCell];
        private set => Cells[LevelCell] = (ulong)value;
    }

    public int EventsLeft
    {
        get => (int)Cells[EventsCell];
        set => Cells[EventsCell] = (ulong)value;
    }

    /// <summary>The properties that the transition into this state broke, a bit each.</summary>
    public ulong Broken
    {
        get => Cells[BrokenCell];
        set => Cells[BrokenCell] = value;
    }

    public bool OwesNmi
    {
        get => (Cells[FlagsCell] & NmiOwed) != 0;
        set => Set(NmiOwed, value);
    }

    /// <summary>Execution cannot go on.</summary>
    public bool IsHalted
    {
        get => (Cells[FlagsCell] & Halted) != 0;
        set => Set(Halted, value);
    }

    /// <summary>How many choices there were since no event is left, and how many transitions without one since then; only where that is counted.</summary>
    public (int Choices, int Others) Counted => ((int)(Cells[FlagsCell] / OneChoice), (ushort)(Cells[FlagsCell] / OneOther));

    /// <summary>Counts a transition.</summary>
    public void Count(bool isChoice) =>
        Cells[FlagsCell] = isChoice ? (Cells[FlagsCell] & ~(OneChoice - OneOther)) + OneChoice : Cells[FlagsCell] + OneOther;

    /// <summary>Begins an activation: what the registers hold now is what it interrupts.</summary>
    /// <param name="file">The registers.</param>
    /// <param name="vector">The vector, or <see cref="NoVector"/>.</param>
    /// <param name="kind">How the entry is reached.</param>
    /// <param name="isFault">Whether entry code caused it.</param>
    public void Push(ReadOnlySpan<ulong> file, byte vector, EntryKind kind, bool isFault)
    {
        var level = Place(Level++);
        Cells[level] = (1UL << 16) | ((ulong)kind << 8) | vector | (isFault ? 1UL << 17 : 0);
        Cells[level + 1] = (Cells[AddressSpaceCell] & 0xFFFF) << 48;
        for (var i = 0; i < _kept.Length; i++)
        {
            Cells[level + RegisterCells + i] = file[(int)_kept[i]];
        }
    }

    /// <summary>What the handler of the innermost activation is doing: bytes 0 and 1 the effect (from 1) and its next step, the others its variables.</summary>
    public ref ulong Handler => ref Cells[Place(Level - 1) + 1];

    /// <summary>A value of CR3 that the handler of the innermost activation remembers.</summary>
    public ref ulong HandlerCr3 => ref Cells[Place(Level - 1) + 2];

    /// <summary>What mm was loaded when an activation began.</summary>
    public ulong LoadedAt(int level) => Cells[Place(level) + 1] >> 48;

    /// <summary>Says where the code interrupted last goes on.</summary>
    public void ResumeAt(ulong rip) => Cells[Place(Level - 1) + RegisterCells + _placeOf[(int)Reg.Rip]] = rip;

    /// <summary>Ends activations until so many are left.</summary>
    public void PopTo(int level)
    {
        Array.Clear(Cells, Place(level), Place(Level) - Place(level));
        Level = level;
    }

    public byte VectorOf(int level) => (byte)Cells[Place(level)];

    public EntryKind KindOf(int level) => (EntryKind)(byte)(Cells[Place(level)] >> 8);

    public bool IsFault(int level) => (Cells[Place(level)] & (1UL << 17)) != 0;

    public ulong Interrupted(int level, Reg register) => _placeOf[(int)register] is var place and >= 0
        ? Cells[Place(level) + RegisterCells + place]
        : throw new ArgumentOutOfRangeException(nameof(register), register, "What this register was before is not kept.");

    /// <summary>Whether it is known what a register was when an activation began.</summary>
    public bool Keeps(Reg register) => _placeOf[(int)register] >= 0;

    /// <summary>Whether an event of a vector is being handled.</summary>
    public bool Handles(byte vector)
    {
        for (var level = 0; level < Level; level++)
        {
            if (VectorOf(level) == vector)
            {
                return true;
            }
        }

        return false;
    }

    private static int Place(int level) => HeaderCells + (level * _levelCells);

    private void Set(ulong flag, bool value) => Cells[FlagsCell] = value ? Cells[FlagsCell] | flag : Cells[FlagsCell] & ~flag;

    private static int[] Places()
    {
        var places = new int[(int)Reg.Count];
        Array.Fill(places, -1);
        for (var i = 0; i < _kept.Length; i++)
        {
            places[(int)_kept[i]] = i;
        }

        return places;
    }
}
