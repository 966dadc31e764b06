using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.WeakMemory;

/// <summary>
/// The store buffer of one processor under x86-TSO: stores wait in it, oldest first, until they drain to memory; the processor's own loads see them already.
/// A part of a model's state: unmanaged, without padding, and with equal bytes whenever the same stores wait.
/// </summary>
/// <remarks>
/// Nothing is coalesced, since the order of all stores of a processor is what TSO keeps. It is bounded, and a model must not lose a store to the bound: a program that can have more stores
/// waiting needs another buffer. Source: Owens, Sarkar and Sewell, "A better x86 memory model: x86-TSO".
/// </remarks>
public struct StoreBuffer
{
    /// <summary>The most stores that can wait.</summary>
    public const int Capacity = 7;

    private Values _values;
    private Locations _locations;
    private byte _count;

    /// <summary>How many stores wait.</summary>
    public readonly int Count => _count;

    /// <summary>Whether none waits: what a fence or a locked instruction needs.</summary>
    public readonly bool IsEmpty => _count == 0;

    /// <summary>Adds the youngest store.</summary>
    /// <param name="location">The number of the memory location.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">The buffer is full.</exception>
    public void Append(byte location, ulong value)
    {
        if (_count == Capacity)
        {
            throw new InvalidOperationException($"More than {Capacity} stores wait in a store buffer; none may be lost.");
        }

        _locations[_count] = location;
        _values[_count] = value;
        _count++;
    }

    /// <summary>Forwards the youngest store to a location, if one waits.</summary>
    /// <param name="location">The number of the memory location.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether there is one; otherwise a load reads memory.</returns>
    public readonly bool TryForward(byte location, out ulong value)
    {
        for (var i = _count - 1; i >= 0; i--)
        {
            if (_locations[i] == location)
            {
                value = _values[i];
                return true;
            }
        }

        value = 0;
        return false;
    }

    /// <summary>Takes the oldest store out, for it to be written to memory.</summary>
    /// <exception cref="InvalidOperationException">No store waits.</exception>
    public (byte Location, ulong Value) Drain()
    {
        if (_count == 0)
        {
            throw new InvalidOperationException("No store waits in the store buffer.");
        }

        var oldest = (_locations[0], _values[0]);
        _count--;
        for (var i = 0; i < _count; i++)
        {
            _locations[i] = _locations[i + 1];
            _values[i] = _values[i + 1];
        }

        // What has left must not tell two equal buffers apart.
        _locations[_count] = 0;
        _values[_count] = 0;
        return oldest;
    }

    [InlineArray(Capacity)]
    private struct Values
    {
        private ulong _first;
    }

    [InlineArray(Capacity)]
    private struct Locations
    {
        private byte _first;
    }
}
