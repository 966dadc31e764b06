using System.Runtime.InteropServices;
using EntryGen.Emulation;

namespace EntryGen.OracleTests.Boot;

/// <summary>What the cases wrote down: for each, in order, lines that are the same wherever code lies.</summary>
internal static class BootLog
{
    private const ulong Note = 0x100, Case = 0x200, SystemCall = 0x300;
    private static readonly string[] _event = ["vector", "error code", "RIP", "CS", "RFLAGS", "RSP", "SS", "CR2", "DR6", "frame", "DR7", "RFLAGS of the handler", "SS of the handler"];
    private static readonly string[] _systemCall = ["", "R11", "RCX", "CS", "RFLAGS", "RSP", "SS"];

    /// <summary>Reads a log.</summary>
    /// <param name="log">Its bytes.</param>
    /// <param name="symbolsAt">The symbols at an address of code; none for other numbers.</param>
    public static IReadOnlyDictionary<string, string> Read(ReadOnlySpan<byte> log, ILookup<ulong, string> symbolsAt)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(log);
        var cases = new Dictionary<string, string>();
        var ends = symbolsAt.SelectMany(symbols => symbols).Where(symbol => symbol.StartsWith("end_", StringComparison.Ordinal)).ToHashSet();
        var name = "";
        for (var record = 0; record + 16 <= words.Length && words[record] + words[record + 1] + words[record + 2] != 0; record += 16)
        {
            var line = words.Slice(record, 16).ToArray();
            if (line[0] == Case)
            {
                name = symbolsAt[line[1]].Single(symbol => ends.Contains("end_" + symbol));
                cases.Add(name, "");
                continue;
            }

            cases[name] += line[0] switch
            {
                Note => $"value 0x{line[1]:x}; ",
                SystemCall => "system call " + Describe(line, _systemCall, 1, symbolsAt),
                _ => Describe(line, _event, 0, symbolsAt),
            };
        }

        return cases;
    }

    private static string Describe(ulong[] line, string[] names, int first, ILookup<ulong, string> symbolsAt) =>
        string.Join(", ", names.Select((name, word) => name == "CR2" && line[0] is not (Vectors.PageFault or Vectors.DoubleFault) ? "" : $"{name} {symbolsAt[line[word]].Order(StringComparer.Ordinal).FirstOrDefault() ?? $"0x{line[word]:x}"}").Skip(first).Where(text => text.Length > 0)) + "; ";
}
