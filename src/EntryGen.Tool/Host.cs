namespace EntryGen.Tool;

/// <summary>The world a command sees.</summary>
/// <param name="Output">Takes the results.</param>
/// <param name="Error">Takes messages.</param>
/// <param name="Directory">What relative paths are relative to.</param>
internal sealed record Host(TextWriter Output, TextWriter Error, string Directory);
