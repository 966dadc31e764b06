using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>What is known before an instruction. Immutable; equal by value.</summary>
public sealed class AbstractState : IEquatable<AbstractState>
{
    /// <summary>Number of RSP.</summary>
    public const int Rsp = 4;

    private readonly AbstractValue[] _registers;
    private int _hash;

    /// <summary>A state.</summary>
    /// <param name="registers">RAX to R15 by encoding number.</param>
    public AbstractState(IReadOnlyList<AbstractValue> registers)
    {
        _registers = registers is AbstractValue[] array ? (AbstractValue[])array.Clone() : [.. registers];
    }

    // Like another one; the array is nobody else's to change.
    private AbstractState(AbstractState other, AbstractValue[] registers)
    {
        _registers = registers;
        Cr3 = other.Cr3;
        GsBase = other.GsBase;
        KernelGsBase = other.KernelGsBase;
        Flush = other.Flush;
    }

    /// <summary>RAX to R15 by encoding number.</summary>
    public IReadOnlyList<AbstractValue> Registers => _registers;

    /// <summary>CR3.</summary>
    public AbstractValue Cr3 { get; init; }

    /// <summary>The GS base.</summary>
    public AbstractValue GsBase { get; init; }

    /// <summary>IA32_KERNEL_GS_BASE, which SWAPGS exchanges it with.</summary>
    public AbstractValue KernelGsBase { get; init; }

    /// <summary>RFLAGS.</summary>
    public AbstractFlags Flags { get; init; }

    /// <summary>What was found out about a pending flush of the user half.</summary>
    public FlushTest Flush { get; init; }

    /// <summary>What is known to be in memory.</summary>
    public AbstractMemory Memory { get; init; } = AbstractMemory.Empty;

    /// <summary>The stack pointer.</summary>
    public AbstractValue StackPointer => _registers[Rsp];

    /// <summary>The GS base, told apart: true for the kernel's, false for the user's, null when neither is certain.</summary>
    public bool? HasKernelGs => GsBase.Origin.Kind switch
    {
        OriginKind.PerCpuBase when GsBase.IsPointer => true,
        OriginKind.UserGsBase => false,
        _ => null,
    };

    /// <summary>Whether the user half of the page tables is live (bit 12 of CR3), if that is known.</summary>
    public bool? HasUserCr3 => Cr3.Bit(12);

    /// <summary>This state where a condition holds, or does not: behind a conditional jump.</summary>
    public AbstractState Assuming(Condition condition, bool holds)
    {
        var flags = Flags.Assuming(condition, holds);
        var flush = (Flush, flags.Flag(StatusFlags.CF)) switch
        {
            (FlushTest.InCarry, true) => FlushTest.Pending,
            (FlushTest.TakenInCarry, true) => FlushTest.Taken,
            (FlushTest.InCarry or FlushTest.TakenInCarry, false) => FlushTest.NotPending,
            _ => Flush,
        };
        return flags == Flags && flush == Flush
            ? this
            : new AbstractState(this, _registers) { Flags = flags, Flush = flush, Memory = Memory };
    }

    /// <summary>This state after SWAPGS.</summary>
    public AbstractState WithGsExchanged() =>
        new(this, _registers) { GsBase = KernelGsBase, KernelGsBase = GsBase, Flags = Flags, Memory = Memory };

    /// <summary>What this and another state have in common.</summary>
    public AbstractState Join(AbstractState other)
    {
        var registers = new AbstractValue[_registers.Length];
        for (var i = 0; i < registers.Length; i++)
        {
            registers[i] = _registers[i].Join(other._registers[i]);
        }

        return new AbstractState(registers)
        {
            Cr3 = Cr3.Join(other.Cr3),
            GsBase = GsBase.Join(other.GsBase),
            KernelGsBase = KernelGsBase.Join(other.KernelGsBase),
            Flags = Flags.Join(other.Flags),
            Flush = Flush == other.Flush ? Flush : FlushTest.None,
            Memory = Memory.Join(other.Memory),
        };
    }

    /// <inheritdoc/>
    public bool Equals(AbstractState? other) =>
        ReferenceEquals(this, other)
        || (other is not null && GetHashCode() == other.GetHashCode() && _registers.AsSpan().SequenceEqual(other._registers) && Cr3 == other.Cr3
            && GsBase == other.GsBase && KernelGsBase == other.KernelGsBase && Flags == other.Flags && Flush == other.Flush && Memory.Equals(other.Memory));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AbstractState);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            var hash = Memory.GetHashCode();
            foreach (var register in _registers)
            {
                hash = (hash * 31) + register.GetHashCode();
            }

            hash = (((((hash * 31) + Cr3.GetHashCode()) * 31) + GsBase.GetHashCode()) * 31) + Flags.GetHashCode() + (int)Flush;
            _hash = hash == 0 ? 1 : hash;
        }

        return _hash;
    }

    /// <summary>This state with other registers (null for the same), flags and memory.</summary>
    internal AbstractState With(AbstractValue[]? registers, AbstractFlags flags, AbstractMemory memory) =>
        new(this, registers ?? _registers) { Flags = flags, Memory = memory };

    internal void CopyRegistersTo(AbstractValue[] registers) => _registers.CopyTo(registers, 0);

    internal AbstractValue[] CopyRegisters() => (AbstractValue[])_registers.Clone();
}
