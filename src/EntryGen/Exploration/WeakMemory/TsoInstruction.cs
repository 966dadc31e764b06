using System.Globalization;

namespace EntryGen.Exploration.WeakMemory;

/// <summary>What an instruction of a <see cref="TsoProgram"/> does.</summary>
internal enum TsoOperation
{
    /// <summary>register := memory, or the youngest own store to it.</summary>
    Load,

    /// <summary>Buffers value.</summary>
    Store,

    /// <summary>Buffers register + value.</summary>
    StoreRegister,

    /// <summary>With an empty buffer: exchanges register and memory in one step.</summary>
    Exchange,

    /// <summary>With an empty buffer: memory := memory + value in one step.</summary>
    LockedAdd,

    /// <summary>With an empty buffer: nothing. MFENCE, and every serializing instruction as far as stores go.</summary>
    Fence,

    /// <summary>Nothing at all: LFENCE and SFENCE between write-back accesses.</summary>
    Nothing,
}

/// <summary>An instruction of a <see cref="TsoProgram"/>.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="Text">How it is shown.</param>
/// <param name="Location">The number of the memory location.</param>
/// <param name="Register">The number of the register.</param>
/// <param name="Value">The operand.</param>
internal readonly record struct TsoInstruction(TsoOperation Operation, string Text, byte Location = 0, int Register = 0, ulong Value = 0)
{
    /// <summary>Whether it waits for the store buffer to be empty.</summary>
    public bool Drains => Operation is TsoOperation.Exchange or TsoOperation.LockedAdd or TsoOperation.Fence;

    /// <summary>Whether it only adds to the store buffer, or does nothing: no other processor can tell when it happens.</summary>
    public bool IsPrivate => Operation is TsoOperation.Store or TsoOperation.StoreRegister or TsoOperation.Nothing;

    /// <summary>Whether a register is its result.</summary>
    public bool WritesRegister => Operation is TsoOperation.Load or TsoOperation.Exchange;

    internal static string Immediate(ulong value) => string.Create(CultureInfo.InvariantCulture, $"${value}");
}
