using EntryGen.Exploration.Scenarios;

namespace Kaiser;

/// <summary>What the macros are asked: a named property, in the words of the table.</summary>
/// <param name="Property">The property.</param>
/// <param name="Words">The question.</param>
public sealed record Question(EntryProperty Property, string Words)
{
    /// <summary>Its number.</summary>
    public string Id => Property.Id;

    /// <summary>Whether it asks how the code is written, not what happens: it is asked of the way in itself, without the events that run other code.</summary>
    public bool IsConvention { get; init; }

    /// <summary>All questions.</summary>
    public static IReadOnlyList<Question> All { get; } =
    [
        new(SwitchProperties.UserRegisters, "user registers come back"),
        new(SwitchProperties.StacksUsable, "stacks can be used where they are"),
        new(SwitchProperties.MemoryMapped, "memory is mapped where it is used"),
        new(SwitchProperties.PerCpuWithKernelGs, "per-CPU accesses go through the kernel's GS"),
        new(SwitchProperties.GsAtCr3Write, "SWAPGS comes before CR3 on the way in, and behind it on the way out") { IsConvention = true },
        new(SwitchProperties.HalfRestored, "what is saved is put back"),
        new(SwitchProperties.EachOnItsHalf, "user code on U, C code on K"),
        new(SwitchProperties.NmisSurvive, "no NMI is lost"),
    ];
}
