namespace EntryGen.Asm.Flow.States;

/// <summary>What is known to be in memory: 8-byte slots by the object they lie in and their offset. Immutable.</summary>
/// <remarks>A slot that is not listed may hold anything. Objects do not overlap; a store through an address of unknown origin changes no slot.</remarks>
public sealed class AbstractMemory : IEquatable<AbstractMemory>
{
    private const int WordSize = 8;
    private readonly Slot[] _slots;
    private readonly int _hash;
    private readonly bool _hasUnaligned;

    private AbstractMemory(Slot[] slots)
    {
        _slots = slots;
        foreach (var slot in slots)
        {
            _hash = (_hash * 31) + slot.GetHashCode();
            _hasUnaligned |= (slot.Offset & 7) != 0;
        }
    }

    /// <summary>Nothing is known.</summary>
    public static AbstractMemory Empty { get; } = new([]);

    /// <summary>The slots, ordered by object and offset.</summary>
    public IReadOnlyList<Slot> Slots => _slots;

    /// <summary>The value at an address; null when nothing was stored there or the address is not exact.</summary>
    /// <param name="address">An origin plus an offset.</param>
    /// <param name="width">Bytes read; the value is zero-extended.</param>
    public AbstractValue? Load(AbstractValue address, int width)
    {
        address = Place(address);
        if (!address.IsPointer)
        {
            return null;
        }

        var within = (int)(address.Offset & 7);
        if (width == WordSize && Find(address.Origin, address.Offset) is var whole && whole >= 0)
        {
            return _slots[whole].Value;
        }

        var i = Find(address.Origin, address.Offset - within);
        return i < 0 || within + width > 8 ? null : _slots[i].Value.ShiftRight(within * 8).ZeroExtend(width);
    }

    /// <summary>This memory after a store. What a store covers in part is known in the bits that are. A word may lie anywhere: those of the TSS do not lie at multiples of 8.</summary>
    /// <param name="address">The address.</param>
    /// <param name="width">Bytes stored.</param>
    /// <param name="value">Their value.</param>
    public AbstractMemory Store(AbstractValue address, int width, AbstractValue value)
    {
        address = Place(address);
        if (!address.IsPointer)
        {
            return this;
        }

        var within = (int)(address.Offset & 7);
        var memory = _hasUnaligned ? WithoutUnaligned(address, width) : this;
        if (width == WordSize)
        {
            for (var start = address.Offset - within; within != 0 && start < address.Offset + width; start += WordSize)
            {
                memory = memory.With(address.Origin, start, AbstractValue.Unknown);
            }

            return memory.With(address.Origin, address.Offset, value);
        }

        for (var start = address.Offset - within; start < address.Offset + width; start += 8)
        {
            var i = memory.Find(address.Origin, start);
            var known = i < 0 ? AbstractValue.Unknown : memory._slots[i].Value;
            memory = memory.With(address.Origin, start, within + width <= 8 ? Patch(known, value, within, width) : AbstractValue.Unknown);
        }

        return memory;
    }

    /// <summary>This memory with only the slots that a test accepts.</summary>
    public AbstractMemory Where(Func<Slot, bool> keep) => Array.TrueForAll(_slots, slot => keep(slot)) ? this : new AbstractMemory([.. _slots.Where(keep)]);

    /// <summary>This memory with every value replaced.</summary>
    public AbstractMemory Select(Func<AbstractValue, AbstractValue> change) =>
        new([.. _slots.Select(slot => slot with { Value = change(slot.Value) }).Where(slot => slot.Value != AbstractValue.Unknown)]);

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
            if (other.Find(slot.Object, slot.Offset) is var i && i >= 0 && slot.Value.Join(other._slots[i].Value) is var value && value != AbstractValue.Unknown)
            {
                slots.Add(slot with { Value = value });
            }
        }

        return new AbstractMemory([.. slots]);
    }

    /// <inheritdoc/>
    public bool Equals(AbstractMemory? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && _slots.AsSpan().SequenceEqual(other._slots));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AbstractMemory);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    private static AbstractValue Patch(AbstractValue old, AbstractValue part, int within, int width)
    {
        var mask = (width == 8 ? ulong.MaxValue : (1UL << (width * 8)) - 1) << (within * 8);
        var partMask = (part.KnownMask << (within * 8)) & mask;
        var partBits = part.KnownBits << (within * 8);
        return partMask == mask
            ? old.With(mask, partBits)
            : AbstractValue.Unknown.With((old.KnownMask & ~mask) | partMask, (old.KnownBits & ~mask) | (partBits & partMask));
    }

    // Without CONFIG_SMP the per-CPU variables are variables like others, at addresses that are known.
    private static AbstractValue Place(AbstractValue address) => address.IsConstant ? AbstractValue.Of(OriginKind.Constant, 0, (long)address.KnownBits) : address;

    private AbstractMemory WithoutUnaligned(AbstractValue address, int width) => Where(slot =>
        slot.Object != address.Origin || (slot.Offset & 7) == 0 || (slot.Offset == address.Offset && width == WordSize)
        || slot.Offset + WordSize <= address.Offset || slot.Offset >= address.Offset + width);

    private AbstractMemory With(ValueOrigin container, long offset, AbstractValue value)
    {
        var i = Find(container, offset);
        if (value == AbstractValue.Unknown)
        {
            return i < 0 ? this : new AbstractMemory([.. _slots.Where((_, index) => index != i)]);
        }

        if (i >= 0)
        {
            if (_slots[i].Value == value)
            {
                return this;
            }

            var changed = (Slot[])_slots.Clone();
            changed[i] = changed[i] with { Value = value };
            return new AbstractMemory(changed);
        }

        var slots = new Slot[_slots.Length + 1];
        var at = ~i;
        Array.Copy(_slots, slots, at);
        slots[at] = new Slot(container, offset, value);
        Array.Copy(_slots, at, slots, at + 1, _slots.Length - at);
        return new AbstractMemory(slots);
    }

    private int Find(ValueOrigin container, long offset)
    {
        var low = 0;
        var high = _slots.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = Compare(_slots[middle], container, offset);
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

    private static int Compare(Slot slot, ValueOrigin container, long offset) =>
        slot.Object.Kind != container.Kind ? slot.Object.Kind.CompareTo(container.Kind)
        : slot.Object.Detail != container.Detail ? slot.Object.Detail.CompareTo(container.Detail)
        : slot.Offset.CompareTo(offset);
}

/// <summary>Eight bytes of memory.</summary>
/// <param name="Object">The origin of their address.</param>
/// <param name="Offset">Their offset from it.</param>
/// <param name="Value">What they hold.</param>
public readonly record struct Slot(ValueOrigin Object, long Offset, AbstractValue Value);
