using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>What Linux keeps on the NMI stack, so that an NMI that hits another one neither destroys its frame nor is lost (asm_exc_nmi). Offsets are from the end of the stack.</summary>
public static class NmiStack
{
    /// <summary>The frame that the hardware pushed, which the next NMI overwrites.</summary>
    public const long HardwareFrame = -5 * 8;

    /// <summary>RDX, while it is in use.</summary>
    public const long SavedRdx = HardwareFrame - 8;

    /// <summary>The word that says whether an NMI is being handled.</summary>
    public const long Executing = SavedRdx - 8;

    /// <summary>The frame that IRET takes; a nested NMI changes it so that the handler runs once more.</summary>
    public const long IretFrame = Executing - (5 * 8);

    /// <summary>The frame of what the first NMI interrupted.</summary>
    public const long OutermostFrame = IretFrame - (5 * 8);

    /// <summary>The place where the handler starts once more.</summary>
    public const string Repeat = "repeat_nmi";

    /// <summary>The end of the code that copies the outermost frame over the one for IRET.</summary>
    public const string EndOfRepeat = "end_repeat_nmi";

    /// <summary>An address on the stack.</summary>
    public static AbstractValue At(long offset) => AbstractValue.OnStack(StackObject.Nmi, offset);
}

/// <summary>What an NMI interrupted, as far as another NMI is concerned.</summary>
public enum NmiNesting
{
    /// <summary>Nothing is known about it.</summary>
    Open,

    /// <summary>Another one while its handler runs.</summary>
    Executing,

    /// <summary>Another one while it copies the frame that IRET will take.</summary>
    Copying,

    /// <summary>Another one between the end of its handling and its IRET.</summary>
    Returning,

    /// <summary>No other one, though something about it is as if: an RSP into the NMI stack where a system call starts and user mode chose it, or DF set.</summary>
    None,
}
