namespace EntryGen.Tool;

/// <summary>The input or the call is wrong: carries the one message that says so out of a command.</summary>
/// <param name="message">The message as shown, with file, line and column where there are any.</param>
internal sealed class InputException(string message) : Exception(message);
