using System.Globalization;

namespace EntryGen.Asm.Cpp;

// Macros whose text depends on where they are used.
internal sealed partial class UnitReader
{
    /// <inheritdoc/>
    public string Evaluate(BuiltInMacro macro, in Token use) => macro switch
    {
        BuiltInMacro.Line => LineOf(use).ToString(CultureInfo.InvariantCulture),
        BuiltInMacro.File => Quote(_file.PresumedFile.Path),
        BuiltInMacro.FileName => Quote(_file.PresumedFile.Path.Substring(IncludeSearch.DirectoryOf(_file.PresumedFile.Path).Length)),
        BuiltInMacro.BaseFile => Quote(_main.Path),
        BuiltInMacro.IncludeLevel => (_level + _files.Count - 1).ToString(CultureInfo.InvariantCulture),
        BuiltInMacro.Counter => (_counter++).ToString(CultureInfo.InvariantCulture),

        // The same input gives the same output: these are what gcc writes when it cannot tell the time.
        BuiltInMacro.Date => "\"??? ?? ????\"",
        BuiltInMacro.Time => "\"??:??:??\"",
        _ => "\"??? ??? ?? ??:??:?? ????\"",
    };

    /// <summary>The line of the outermost macro around a token; its own outside of any.</summary>
    private int LineOf(in Token use)
    {
        var place = use.Span;
        for (var expansion = use.Expansion; expansion is not null; expansion = expansion.Parent)
        {
            place = expansion.Invocation;
        }

        return (place?.Line ?? 0) + _file.LineOffset;
    }

    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
}
