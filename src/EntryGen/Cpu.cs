using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>A short-lived view of a <see cref="EntryGen.Machine"/> through which guest code and models of C functions work.</summary>
/// <remarks>
/// It holds no state of its own: several views of one machine see the same registers and memory. docs/generated-code.md lists the members
/// that generated code uses. Operations that the guest can get wrong return false and record a fault, which <see cref="Fault"/> gives.
/// </remarks>
public ref partial struct Cpu
{
    private readonly ref ulong _file;
    private readonly ref Window _windows;
    private readonly ref KnownCr3 _known;
    private readonly ref AcceptedReturn _returns;

    internal Cpu(Machine machine)
    {
        Machine = machine;
        _file = ref MemoryMarshal.GetArrayDataReference(machine.Registers);
        _windows = ref machine.Linear.Windows.First;
        _known = ref machine.Linear.Known.First;
        _returns = ref machine.Returns.First;
    }

    /// <summary>The owner of the state.</summary>
    public Machine Machine { get; }

    /// <summary>Element 0 of the register file, which <see cref="Reg"/> indexes.</summary>
    public readonly ref ulong RegisterFile => ref _file;

    /// <summary>
    /// The windows of the present mode and page table. Whatever may change either (CR0, CR3, CR4, EFER, CPL, AC) makes the reference worthless.
    /// </summary>
    public readonly ref Window Windows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.AddByteOffset(ref _windows, (nuint)Unsafe.Add(ref _file, HiddenState.WindowContext));
    }

    /// <summary>How many instructions may still retire.</summary>
    public readonly long Budget { get => Machine.BudgetLeft; set => Machine.BudgetLeft = value; }

    /// <summary>Whether every instruction must be reported: an observer is attached, or the machine has to look at the boundaries itself.</summary>
    public readonly bool IsObserved => Machine.ReportsInstructions;

    /// <summary>Bit i is set when <c>unit.Features[i]</c> is on.</summary>
    /// <param name="unit">The unit that asks.</param>
    public readonly ulong FeatureMask(EntryUnit unit) => Machine.Bind(unit).FeatureMask;

    /// <summary>The fault, or other reason to stop, that the last operation recorded. RIP still names the instruction.</summary>
    public readonly Stop Fault() => Machine.Pending;

    /// <summary>
    /// As <see cref="Fault"/> for an operand in the stack segment (a push, a pop, or RSP or RBP as base): there a non-canonical address is #SS(0), not
    /// #GP(0).
    /// </summary>
    public readonly Stop StackFault() => Machine.PendingIsNonCanonical ? Machine.Pending with { Vector = Vectors.StackFault } : Machine.Pending;

    /// <summary>Records a fault and returns it.</summary>
    /// <param name="vector">The exception's vector.</param>
    /// <param name="errorCode">Its error code, 0 if it has none.</param>
    public readonly Stop Raise(byte vector, uint errorCode = 0)
    {
        Machine.Record(new Stop(StopKind.Fault, vector, errorCode));
        return Machine.Pending;
    }

    /// <summary>Tells the machine and the observers that the instruction at <paramref name="address"/> retired.</summary>
    /// <param name="address">Its linear address.</param>
    /// <returns>False: something has to be looked at before the next instruction (<see cref="FetchInstruction"/> does).</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public readonly bool Retired(ulong address)
    {
        if (Machine.WatchesBoundaries)
        {
            Machine.Retire(address);
            return false;
        }

        Machine.NotifyRetired(address);
        return true;
    }

    // Rare and long: kept out of what is inlined around it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool Fail(byte vector, uint errorCode = 0)
    {
        Machine.Record(new Stop(StopKind.Fault, vector, errorCode));
        return false;
    }
}
