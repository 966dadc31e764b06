using System.Runtime.CompilerServices;

namespace EntryGen;

/// <summary>A per-CPU variable of the guest: an offset from the per-CPU base.</summary>
/// <typeparam name="T">The type that the variable's bytes are seen as.</typeparam>
/// <param name="offset">Offset in bytes from the per-CPU base.</param>
/// <param name="size">Size in bytes; 0 takes the size of <typeparamref name="T"/>.</param>
/// <param name="userMapped">Whether the user page table maps it.</param>
public readonly struct PerCpu<T>(long offset, int size = 0, bool userMapped = false)
    where T : unmanaged
{
    /// <summary>Offset in bytes from the per-CPU base.</summary>
    public long Offset { get; } = offset;

    /// <summary>Size in bytes.</summary>
    public int Size { get; } = size == 0 ? Unsafe.SizeOf<T>() : size;

    /// <summary>Whether the user page table maps it.</summary>
    public bool UserMapped { get; } = userMapped;

    /// <summary>The variable's linear address on this machine's processor.</summary>
    /// <param name="machine">The machine.</param>
    public VirtualAddress AddressIn(Machine machine) => machine.PerCpuBase + Offset;

    /// <summary>The value in memory, whichever page table is current.</summary>
    /// <param name="cpu">The processor.</param>
    public T Get(in Cpu cpu) => cpu.Machine.Peek<T>(AddressIn(cpu.Machine));

    /// <summary>Changes the value in memory, whichever page table is current.</summary>
    /// <param name="cpu">The processor.</param>
    /// <param name="value">The new value.</param>
    public void Set(ref Cpu cpu, T value) => cpu.Machine.Poke(AddressIn(cpu.Machine), value);

    /// <summary>The value in memory, whichever page table is current.</summary>
    /// <param name="machine">The machine.</param>
    public T Get(Machine machine) => machine.Peek<T>(AddressIn(machine));

    /// <summary>Changes the value in memory, whichever page table is current.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="value">The new value.</param>
    public void Set(Machine machine, T value) => machine.Poke(AddressIn(machine), value);
}
