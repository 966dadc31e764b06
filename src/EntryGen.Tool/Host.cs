using Spectre.Console;

namespace EntryGen.Tool;

/// <summary>The world a command sees.</summary>
/// <param name="Output">Takes the results.</param>
/// <param name="Error">Takes messages.</param>
/// <param name="Directory">What relative paths are relative to.</param>
/// <param name="Terminal">Where to show how far a long command is; null when nobody looks.</param>
/// <param name="IsOutputShown">Whether the results are shown on a terminal as they come.</param>
internal sealed record Host(TextWriter Output, TextWriter Error, string Directory, IAnsiConsole? Terminal = null, bool IsOutputShown = false);
