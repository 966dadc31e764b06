using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Flags that instructions leave undefined.</summary>
public sealed partial class Machine
{
    /// <summary>
    /// From now on every flag that an instruction of a unit leaves undefined gets a value that the seed chooses, until the result is disposed. Unless asked for, such
    /// flags keep the values they had.
    /// </summary>
    /// <remarks>
    /// Two runs with different seeds differ in nothing but what depends on undefined flags. While flags are scrambled the machine runs one instruction at a time, as with an
    /// observer of instructions; otherwise this costs nothing. A shift of RCX by CL is left alone: its count is gone when it has retired.
    /// </remarks>
    /// <param name="unit">The unit whose instructions are meant.</param>
    /// <param name="seed">Chooses the values; the same seed gives the same run.</param>
    /// <example><c>using (machine.ScrambleUndefinedFlags(unit, seed: 1)) { machine.Run(unit); }</c></example>
    public IDisposable ScrambleUndefinedFlags(EntryUnit unit, int seed)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var scrambler = new Attachment(this, new UndefinedFlagScrambler(unit, seed));

        // First: who observes instructions sees the flags as the next one will.
        Attach([scrambler, .. _attached]);
        return scrambler;
    }
}
