namespace EntryGen.OracleTests.Tool.Sweeps;

/// <summary>Small entries of our own.</summary>
internal static class SweepCode
{
    private static readonly string[] _saved = ["rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"];

    /// <summary>An entry that saves registers and calls a C function; right where the kernel is interrupted, wrong for user code.</summary>
    public static string Handler(string entry, string function) =>
        $"\t.globl {entry}\n{entry}:\n\tcld\n\t.byte 0x0f, 0x01, 0xca\n"
        + string.Concat(_saved.Select(register => $"\tpushq %{register}\n"))
        + $"\tcall {function}\n"
        + string.Concat(_saved.Reverse().Select(register => $"\tpopq %{register}\n"))
        + "\tiretq\n";
}
