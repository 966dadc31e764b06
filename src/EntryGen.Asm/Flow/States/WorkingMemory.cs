namespace EntryGen.Asm.Flow.States;

/// <summary>The memory of a state while instructions change it: a copy that is made at the first change, in room that is used again.</summary>
internal sealed class WorkingMemory
{
    private const int WordSize = 8;
    private AbstractMemory? _shared;
    private Slot[] _slots = new Slot[64];
    private int _count;

    /// <summary>Begins with a memory.</summary>
    public WorkingMemory(AbstractMemory memory)
    {
        _shared = memory;
    }

    /// <summary>The slots, ordered by object and offset.</summary>
    public ReadOnlySpan<Slot> Slots => _shared is null ? _slots.AsSpan(0, _count) : _shared.Span;

    /// <summary>Begins anew with a memory.</summary>
    public void Take(AbstractMemory memory) => _shared = memory;

    /// <summary>The memory as it is now.</summary>
    public AbstractMemory Save() => _shared ??= new AbstractMemory(_slots.AsSpan(0, _count).ToArray());

    /// <inheritdoc cref="AbstractMemory.Load(AbstractValue, int)"/>
    public AbstractValue? Load(AbstractValue address, int width) => AbstractMemory.Load(Slots, address, width);

    /// <inheritdoc cref="AbstractMemory.Store"/>
    public void Store(AbstractValue address, int width, AbstractValue value)
    {
        address = AbstractMemory.Place(address);
        if (!address.IsPointer)
        {
            return;
        }

        var within = (int)(address.Offset & 7);
        RemoveUnaligned(address, width);
        if (width == WordSize)
        {
            for (var start = address.Offset - within; within != 0 && start < address.Offset + width; start += WordSize)
            {
                Set(address.Origin, start, AbstractValue.Unknown);
            }

            Set(address.Origin, address.Offset, value);
            return;
        }

        for (var start = address.Offset - within; start < address.Offset + width; start += WordSize)
        {
            var i = AbstractMemory.Find(Slots, address.Origin, start);
            var known = i < 0 ? AbstractValue.Unknown : Slots[i].Value;
            Set(address.Origin, start, within + width <= WordSize ? Patch(known, value, within, width) : AbstractValue.Unknown);
        }
    }

    /// <summary>Keeps only the slots that a test accepts.</summary>
    public void Keep(Func<Slot, bool> isKept)
    {
        for (var i = Slots.Length - 1; i >= 0; i--)
        {
            if (!isKept(Slots[i]))
            {
                RemoveAt(i);
            }
        }
    }

    /// <summary>Replaces every value.</summary>
    public void Replace(Func<AbstractValue, AbstractValue> change)
    {
        for (var i = Slots.Length - 1; i >= 0; i--)
        {
            var slot = Slots[i];
            Set(slot.Object, slot.Offset, change(slot.Value));
        }
    }

    private static AbstractValue Patch(AbstractValue old, AbstractValue part, int within, int width)
    {
        var mask = ((1UL << (width * 8)) - 1) << (within * 8);
        var partMask = (part.KnownMask << (within * 8)) & mask;
        var partBits = part.KnownBits << (within * 8);
        return partMask == mask
            ? old.With(mask, partBits)
            : AbstractValue.Unknown.With((old.KnownMask & ~mask) | partMask, (old.KnownBits & ~mask) | (partBits & partMask));
    }

    // Words that do not lie at multiples of 8 and are covered in part.
    private void RemoveUnaligned(AbstractValue address, int width)
    {
        for (var i = Slots.Length - 1; i >= 0; i--)
        {
            ref readonly var slot = ref Slots[i];
            if ((slot.Offset & 7) != 0 && slot.Object == address.Origin && (slot.Offset != address.Offset || width != WordSize)
                && slot.Offset + WordSize > address.Offset && slot.Offset < address.Offset + width)
            {
                RemoveAt(i);
            }
        }
    }

    private void Set(ValueOrigin container, long offset, AbstractValue value)
    {
        var i = AbstractMemory.Find(Slots, container, offset);
        if (value == AbstractValue.Unknown)
        {
            if (i >= 0)
            {
                RemoveAt(i);
            }
        }
        else if (i >= 0)
        {
            if (Slots[i].Value != value)
            {
                Own();
                _slots[i] = new Slot(container, offset, value);
            }
        }
        else
        {
            Own();
            if (_count == _slots.Length)
            {
                Array.Resize(ref _slots, 2 * _count);
            }

            Array.Copy(_slots, ~i, _slots, ~i + 1, _count - ~i);
            _slots[~i] = new Slot(container, offset, value);
            _count++;
        }
    }

    private void RemoveAt(int i)
    {
        Own();
        _count--;
        Array.Copy(_slots, i + 1, _slots, i, _count - i);
    }

    private void Own()
    {
        if (_shared is not { } memory)
        {
            return;
        }

        var slots = memory.Span;
        if (_slots.Length < slots.Length)
        {
            _slots = new Slot[2 * slots.Length];
        }

        slots.CopyTo(_slots);
        _count = slots.Length;
        _shared = null;
    }
}
