namespace EntryGen;

/// <summary>Makes a partial method an entry: a label of the method's name before the assembly, and an emulator as the method's body.</summary>
/// <remarks>The method has the shape <c>static partial Stop name(ref Cpu cpu)</c>. It starts at its first instruction with the state as it is; <see cref="Machine.Deliver(byte, uint?)"/> builds the hardware frame first.</remarks>
/// <param name="assembly">The instructions, GNU as AT&amp;T syntax.</param>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class EntryAttribute(string assembly = "") : Attribute
{
    /// <summary>The instructions.</summary>
    public string Assembly { get; } = assembly;

    /// <summary>How the entry is reached; analyzers and explorer start from it.</summary>
    public EntryKind Kind { get; set; } = EntryKind.Call;

    /// <summary>
    /// The IDT vector of an entry whose kind is <see cref="EntryKind.Interrupt"/> or <see cref="EntryKind.Paranoid"/>: it decides whether the processor pushes an error code (SDM vol. 3A, 6.13).
    /// Without it an entry that Linux has keeps the vector that it has there, and another one gets a vector without an error code.
    /// </summary>
    public byte Vector { get; set; }
}
