namespace EntryGen.Asm.Flow.States;

/// <summary>What is known to be in memory: 8-byte slots by the object they lie in and their offset. Immutable.</summary>
/// <remarks>A slot that is not listed may hold anything. Objects do not overlap; a store through an address of unknown origin changes no slot.</remarks>
public sealed class AbstractMemory : IEquatable<AbstractMemory>
{
    private const int WordSize = 8;
    private readonly Slot[] _slots;
    private int _hash;

    internal AbstractMemory(Slot[] slots)
    {
        _slots = slots;
    }

    /// <summary>Nothing is known.</summary>
    public static AbstractMemory Empty { get; } = new([]);

    /// <summary>The slots, ordered by object and offset.</summary>
    public IReadOnlyList<Slot> Slots => _slots;

    internal ReadOnlySpan<Slot> Span => _slots;

    /// <summary>The value at an address; null when nothing was stored there or the address is not exact.</summary>
    /// <param name="address">An origin plus an offset.</param>
    /// <param name="width">Bytes read; the value is zero-extended.</param>
    public AbstractValue? Load(AbstractValue address, int width) => Load(_slots, address, width);

    /// <summary>This memory after a store. What a store covers in part is known in the bits that are. A word may lie anywhere: those of the TSS do not lie at multiples of 8.</summary>
    /// <param name="address">The address.</param>
    /// <param name="width">Bytes stored.</param>
    /// <param name="value">Their value.</param>
    public AbstractMemory Store(AbstractValue address, int width, AbstractValue value)
    {
        var memory = new WorkingMemory(this);
        memory.Store(address, width, value);
        return memory.Save();
    }

    /// <summary>This memory with only the slots that a test accepts.</summary>
    public AbstractMemory Where(Func<Slot, bool> keep) => Array.TrueForAll(_slots, slot => keep(slot)) ? this : new AbstractMemory([.. _slots.Where(keep)]);

    /// <summary>What this and another memory have in common.</summary>
    public AbstractMemory Join(AbstractMemory other)
    {
        if (Equals(other))
        {
            return this;
        }

        var slots = new List<Slot>();
        foreach (var slot in _slots)
        {
            if (Find(other._slots, slot.Object, slot.Offset) is var i && i >= 0 && slot.Value.Join(other._slots[i].Value) is var value && value != AbstractValue.Unknown)
            {
                slots.Add(slot with { Value = value });
            }
        }

        return new AbstractMemory([.. slots]);
    }

    /// <inheritdoc/>
    public bool Equals(AbstractMemory? other) =>
        ReferenceEquals(this, other) || (other is not null && GetHashCode() == other.GetHashCode() && _slots.AsSpan().SequenceEqual(other._slots));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AbstractMemory);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            var hash = 17;
            foreach (ref readonly var slot in _slots.AsSpan())
            {
                hash = unchecked((hash * 31) + slot.GetHashCode());
            }

            _hash = hash == 0 ? 1 : hash;
        }

        return _hash;
    }

    internal static AbstractValue? Load(ReadOnlySpan<Slot> slots, AbstractValue address, int width)
    {
        address = Place(address);
        if (!address.IsPointer)
        {
            return null;
        }

        var within = (int)(address.Offset & 7);
        if (width == WordSize && Find(slots, address.Origin, address.Offset) is var whole && whole >= 0)
        {
            return slots[whole].Value;
        }

        var i = Find(slots, address.Origin, address.Offset - within);
        return i < 0 || within + width > WordSize ? null : slots[i].Value.ShiftRight(within * 8).ZeroExtend(width);
    }

    // Without CONFIG_SMP the per-CPU variables are variables like others, at addresses that are known.
    internal static AbstractValue Place(AbstractValue address) => address.IsConstant ? AbstractValue.Of(OriginKind.Constant, 0, (long)address.KnownBits) : address;

    /// <summary>The index of a slot, or the complement of where it would stand.</summary>
    internal static int Find(ReadOnlySpan<Slot> slots, ValueOrigin container, long offset)
    {
        var low = 0;
        var high = slots.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = Compare(in slots[middle], container, offset);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }

    private static int Compare(in Slot slot, ValueOrigin container, long offset) =>
        slot.Object.Kind != container.Kind ? ((int)slot.Object.Kind).CompareTo((int)container.Kind)
        : slot.Object.Detail != container.Detail ? slot.Object.Detail.CompareTo(container.Detail)
        : slot.Offset.CompareTo(offset);
}

/// <summary>Eight bytes of memory.</summary>
/// <param name="Object">The origin of their address.</param>
/// <param name="Offset">Their offset from it.</param>
/// <param name="Value">What they hold.</param>
public readonly record struct Slot(ValueOrigin Object, long Offset, AbstractValue Value)
{
    /// <inheritdoc/>
    public bool Equals(Slot other) => Offset == other.Offset && Object == other.Object && Value == other.Value;

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((((Object.GetHashCode() * 31) + (int)Offset) * 31) + Value.GetHashCode());
}
