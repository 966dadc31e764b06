namespace EntryGen.Emulation;

/// <summary>What a processor has around it: I/O ports, and the numbers that identify it or count for it.</summary>
/// <remarks>
/// All members have a default that is the same in every run. A platform with a state of its own is not covered by snapshots; one that answers by anything but its arguments and the machine
/// makes runs that cannot be repeated.
/// </remarks>
public interface IPlatform
{
    /// <summary>IN: reads a port. Nobody answers unless implemented: all ones.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="port">The port.</param>
    /// <param name="width">Bytes: 1, 2 or 4.</param>
    /// <returns>What is read; bits beyond the width do not count.</returns>
    uint In(Machine machine, ushort port, int width) => uint.MaxValue;

    /// <summary>OUT: writes a port. Nothing happens unless implemented.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="port">The port.</param>
    /// <param name="width">Bytes: 1, 2 or 4.</param>
    /// <param name="value">What is written, zero-extended.</param>
    void Out(Machine machine, ushort port, int width, uint value)
    {
    }

    /// <summary>CPUID. <see cref="CpuidTable.Default"/> unless implemented: what the machine models, and nothing else.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="leaf">EAX.</param>
    /// <param name="subleaf">ECX.</param>
    CpuidResult Cpuid(Machine machine, uint leaf, uint subleaf) => CpuidTable.Default(machine, leaf, subleaf);

    /// <summary>The time-stamp counter. <see cref="Machine.TimeStampCounter"/> unless implemented.</summary>
    /// <param name="machine">The machine.</param>
    ulong ReadTimeStampCounter(Machine machine) => machine.TimeStampCounter;

    /// <summary>A performance counter. Fixed-function counter 0, instructions retired, is there unless implemented, and no other.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="index">ECX of RDPMC: bit 30 is set for fixed-function counters.</param>
    /// <returns>Its value, of which RDPMC gives 48 bits; null when there is none: #GP(0).</returns>
    ulong? ReadPerformanceCounter(Machine machine, uint index) => index == 1U << 30 ? machine.TimeStampCounter : null;
}
