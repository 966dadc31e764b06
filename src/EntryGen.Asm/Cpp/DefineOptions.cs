using System.Text;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>Turns the macros of the command line into lines that define them.</summary>
internal static class DefineOptions
{
    /// <summary>One <c>#define</c> a line; null when there are no definitions.</summary>
    public static SourceText? ToText(IReadOnlyList<string> defines, DiagnosticSink diagnostics)
    {
        var text = new StringBuilder();
        foreach (var define in defines)
        {
            var equals = define.IndexOf('=');
            var name = equals < 0 ? define : define.Substring(0, equals);
            if (name.Length == 0 || !(char.IsLetter(name[0]) || name[0] == '_') || define.IndexOf('\n') >= 0)
            {
                diagnostics.Report(
                    ReaderDiagnostics.DefineOptionMalformed, $"'{define}' defines no macro: expected NAME or NAME=value", (SourceSpan?)null);
                continue;
            }

            text.Append("#define ").Append(name).Append(' ').Append(equals < 0 ? "1" : define.Substring(equals + 1)).Append('\n');
        }

        return text.Length == 0 ? null : new SourceText("<command-line>", text.ToString());
    }
}
