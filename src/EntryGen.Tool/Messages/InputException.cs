namespace EntryGen.Tool.Messages;

/// <summary>The input or the call is wrong: carries what says so out of a command.</summary>
/// <param name="lines">The lines as shown, with file, line and column where there are any.</param>
internal sealed class InputException(IReadOnlyList<string> lines) : Exception(lines[0])
{
    /// <summary>One message of one line.</summary>
    public InputException(string message)
        : this([message])
    {
    }

    /// <summary>The lines as shown.</summary>
    public IReadOnlyList<string> Lines { get; } = lines;
}
