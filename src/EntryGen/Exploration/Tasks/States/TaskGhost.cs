using EntryGen.Emulation;

namespace EntryGen.Exploration.Tasks.States;

/// <summary>
/// What an exploration of tasks remembers beside the machine, which holds the registers of one CPU: those of the others, which task is where, and what each entry in progress found. Plain words,
/// stored with a state.
/// </summary>
internal sealed class TaskGhost
{
    /// <summary>The entry found the user half of the page tables.</summary>
    public const ulong UserHalf = 1UL << 16;

    /// <summary>The entry found the kernel's GS base.</summary>
    public const ulong KernelGs = 1UL << 17;

    /// <summary>SWAPGS would have loaded the kernel's GS base.</summary>
    public const ulong SwapsToKernelGs = 1UL << 18;

    private const int BrokenCell = 0, EventsCell = 1, HaltedCell = 2, MoverCell = 3, CpuCells = 4;

    private static readonly Reg[] _kept =
    [
        Reg.Rax, Reg.Rcx, Reg.Rdx, Reg.Rbx, Reg.Rsp, Reg.Rbp, Reg.Rsi, Reg.Rdi, Reg.R8, Reg.R9, Reg.R10, Reg.R11, Reg.R12, Reg.R13, Reg.R14, Reg.R15,
        Reg.Rip, Reg.Rflags, Reg.Cs, Reg.Ss,
    ];

    private static readonly int _levelCells = 1 + _kept.Length;

    private readonly int _files;
    private readonly int _tasks;
    private readonly int _taskCells;
    private readonly int _levels;

    public TaskGhost(int cpus, int tasks, int levels)
    {
        _levels = levels;
        _files = CpuCells + cpus;
        _tasks = _files + (cpus * HiddenState.Length);

        // Status, entries, sleeps, level; then the registers while it sleeps, then its entries in progress.
        _taskCells = 1 + _kept.Length + (levels * _levelCells);
        Cells = new ulong[_tasks + (tasks * _taskCells)];
    }

    public ulong[] Cells { get; }

    /// <summary>The properties that the transition into this state broke, a bit each.</summary>
    public ulong Broken
    {
        get => Cells[BrokenCell];
        set => Cells[BrokenCell] = value;
    }

    public int EventsLeft
    {
        get => (int)Cells[EventsCell];
        set => Cells[EventsCell] = (ulong)value;
    }

    public bool IsHalted
    {
        get => Cells[HaltedCell] != 0;
        set => Cells[HaltedCell] = value ? 1UL : 0;
    }

    /// <summary>The CPU that others wait for; -1: none.</summary>
    public int Mover
    {
        get => (int)Cells[MoverCell] - 1;
        set => Cells[MoverCell] = (ulong)(value + 1);
    }

    /// <summary>The task on a CPU; -1: it is idle.</summary>
    public int TaskOn(int cpu) => (int)Cells[CpuCells + cpu] - 1;

    public void Put(int task, int cpu) => Cells[CpuCells + cpu] = (ulong)(task + 1);

    /// <summary>The registers of a CPU that is not in the machine.</summary>
    public Span<ulong> File(int cpu) => Cells.AsSpan(_files + (cpu * HiddenState.Length), HiddenState.Length);

    public ref byte StatusOf(int task) => ref Byte(task, 0);

    public ref byte EntriesLeft(int task) => ref Byte(task, 1);

    public ref byte SleepsLeft(int task) => ref Byte(task, 2);

    /// <summary>How often it has slept since it entered the kernel from user mode.</summary>
    public ref byte Slept(int task) => ref Byte(task, 3);

    public int LevelOf(int task) => Byte(task, 4);

    /// <summary>Whether it has been woken and the C function in which it slept has not returned.</summary>
    public ref byte Woken(int task) => ref Byte(task, 5);

    public bool HasRoom(int task) => LevelOf(task) < _levels;

    /// <summary>Keeps the registers of a task that goes to sleep.</summary>
    public void Save(int task, ReadOnlySpan<ulong> file)
    {
        for (var i = 0; i < _kept.Length; i++)
        {
            Cells[Task(task) + 1 + i] = file[(int)_kept[i]];
        }
    }

    /// <summary>Gives them back.</summary>
    public void Restore(int task, Span<ulong> file)
    {
        for (var i = 0; i < _kept.Length; i++)
        {
            file[(int)_kept[i]] = Cells[Task(task) + 1 + i];
            Cells[Task(task) + 1 + i] = 0;
        }
    }

    /// <summary>Begins an entry: what the registers hold is what it interrupts.</summary>
    /// <param name="task">The task.</param>
    /// <param name="file">The registers.</param>
    /// <param name="kind">How the entry is reached.</param>
    /// <param name="vector">Its vector; 0: none.</param>
    /// <param name="flags"><see cref="UserHalf"/>, <see cref="KernelGs"/>, <see cref="SwapsToKernelGs"/>.</param>
    public void Push(int task, ReadOnlySpan<ulong> file, EntryKind kind, byte vector, ulong flags)
    {
        var level = Level(task, Byte(task, 4)++);
        Cells[level] = ((ulong)vector << 24) | flags | ((ulong)kind << 8) | 1;
        for (var i = 0; i < _kept.Length; i++)
        {
            Cells[level + 1 + i] = file[(int)_kept[i]];
        }
    }

    /// <summary>Says where the code interrupted last goes on.</summary>
    public void ResumeAt(int task, ulong rip) => Cells[Level(task, LevelOf(task) - 1) + 1 + Array.IndexOf(_kept, Reg.Rip)] = rip;

    public void PopTo(int task, int level)
    {
        Array.Clear(Cells, Level(task, level), (LevelOf(task) - level) * _levelCells);
        Byte(task, 4) = (byte)level;
    }

    public EntryKind KindOf(int task, int level) => (EntryKind)(byte)(Cells[Level(task, level)] >> 8);

    /// <summary>Whether an event of a vector is being handled.</summary>
    public bool Handles(int task, byte vector)
    {
        for (var level = 0; level < LevelOf(task); level++)
        {
            if ((byte)(Cells[Level(task, level)] >> 24) == vector)
            {
                return true;
            }
        }

        return false;
    }

    public bool HasFlag(int task, int level, ulong flag) => (Cells[Level(task, level)] & flag) != 0;

    public ulong Interrupted(int task, int level, Reg register) => Array.IndexOf(_kept, register) is var place and >= 0
        ? Cells[Level(task, level) + 1 + place]
        : throw new ArgumentOutOfRangeException(nameof(register), register, "What this register was before is not kept.");

    private int Task(int task) => _tasks + (task * _taskCells);

    private int Level(int task, int level) => Task(task) + 1 + _kept.Length + (level * _levelCells);

    private ref byte Byte(int task, int number) => ref System.Runtime.InteropServices.MemoryMarshal.AsBytes(Cells.AsSpan(Task(task), 1))[number];
}
