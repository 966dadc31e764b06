namespace EntryGen.Tool.Patches;

/// <summary>A patch that was read.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Subjects">The subjects of the mails in it, without <c>[PATCH]</c>.</param>
/// <param name="Files">What it changes, in order.</param>
internal sealed record Patch(string Path, IReadOnlyList<string> Subjects, IReadOnlyList<FilePatch> Files);
