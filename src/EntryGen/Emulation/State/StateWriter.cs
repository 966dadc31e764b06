namespace EntryGen.Emulation;

/// <summary>Writes numbers in few bytes into a buffer that grows and is used again.</summary>
internal sealed class StateWriter
{
    private byte[] _bytes = new byte[1024];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>An unsigned number, 7 bits to a byte, the low ones first (LEB128).</summary>
    public void Number(ulong value)
    {
        Reserve(10);
        for (; value >= 0x80; value >>= 7)
        {
            _bytes[Length++] = (byte)(value | 0x80);
        }

        _bytes[Length++] = (byte)value;
    }

    /// <summary>The words that differ from others: for each its distance from the one before and what differs in it; then 0.</summary>
    public void Differences(ReadOnlySpan<ulong> now, ReadOnlySpan<ulong> then)
    {
        var previous = -1;
        for (var i = 0; ; i++)
        {
            i += now[i..].CommonPrefixLength(then[i..]);
            if (i == now.Length)
            {
                Number(0);
                return;
            }

            Number((ulong)(i - previous));
            Bytes(now[i] ^ then[i]);
            previous = i;
        }
    }

    /// <summary>A word of which few bytes are not 0: which ones, then those.</summary>
    private void Bytes(ulong word)
    {
        Reserve(9);
        var mask = 0;
        var place = Length + 1;
        for (var i = 0; word >> (8 * i) != 0; i++)
        {
            var part = (byte)(word >> (8 * i));
            if (part != 0)
            {
                mask |= 1 << i;
                _bytes[place++] = part;
            }

            if (i == 7)
            {
                break;
            }
        }

        _bytes[Length] = (byte)mask;
        Length = place;
    }

    private void Reserve(int count)
    {
        if (Length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, _bytes.Length * 2);
        }
    }
}

/// <summary>Reads what <see cref="StateWriter"/> wrote.</summary>
internal ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public ulong Number()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    /// <summary>The place of the next word that differs, and what differs; false after the last one.</summary>
    public bool NextDifference(ref int index, int count, out ulong difference)
    {
        difference = 0;
        var distance = Number();
        if (distance == 0)
        {
            return false;
        }

        if (distance > (ulong)(count - 1 - index))
        {
            throw Damaged();
        }

        index += (int)distance;
        int mask = Byte();
        for (var i = 0; i < 8; i++)
        {
            difference |= (mask >> i & 1) != 0 ? (ulong)Byte() << (8 * i) : 0;
        }

        return true;
    }

    public static ArgumentException Damaged() =>
        new("These bytes are no state that a codec of this origin has encoded. Decode with the origin that was used to encode.", "state");

    private byte Byte()
    {
        if (_rest.IsEmpty)
        {
            throw Damaged();
        }

        var first = _rest[0];
        _rest = _rest[1..];
        return first;
    }
}
