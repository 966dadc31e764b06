namespace EntryGen;

/// <summary>Makes a partial property of type <see cref="PerCpu{T}"/> a per-CPU variable: an assembler symbol whose value is an offset from the per-CPU base.</summary>
[AttributeUsage(AttributeTargets.Property, Inherited = false)]
public sealed class PerCpuAttribute : Attribute
{
    /// <summary>Offset in bytes from the per-CPU base; negative lets the generator choose.</summary>
    public int Offset { get; set; } = -1;

    /// <summary>Size in bytes; 0 takes the size of the type argument.</summary>
    public int Size { get; set; }

    /// <summary>Whether the user half of the page tables maps it under page-table isolation.</summary>
    public bool UserMapped { get; set; }
}
