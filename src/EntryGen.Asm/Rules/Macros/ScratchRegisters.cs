namespace EntryGen.Asm.Rules.Macros;

/// <summary>Which parameters take a register that a macro may overwrite: those that say so.</summary>
/// <remarks>A register that is only written may as well be a result; the name tells them apart (<c>scratch_reg</c>, <c>scratch_reg2</c>, <c>tmp</c>).</remarks>
internal static class ScratchRegisters
{
    private static readonly string[] _words = ["scratch", "tmp", "temp", "clobber"];

    /// <summary>Whether a parameter is one.</summary>
    /// <param name="parameter">Its name.</param>
    public static bool Is(string parameter) => _words.Any(word => parameter.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0);

    /// <summary>The registers that a call gives as scratch and the macro does overwrite, each once, with the parameter.</summary>
    public static IEnumerable<(int Parameter, int Register)> Overwritten(CallRegisters call) => call.Uses
        .Where(use => use.IsWrite && Is(call.Call.Macro.Parameters[use.Parameter].Name))
        .Select(use => (use.Parameter, use.Register))
        .Distinct();
}
