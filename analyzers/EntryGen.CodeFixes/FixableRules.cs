using System.Collections.Immutable;
using EntryGen.Asm.Diagnostics;

namespace EntryGen.CodeFixes;

/// <summary>The rules whose findings may say what the characters should be.</summary>
internal static class FixableRules
{
    /// <summary>Every rule of reading: which of their findings has a suggestion is known only when it is found.</summary>
    public static ImmutableArray<string> WithSuggestion { get; } =
        [.. AsmDiagnosticCatalog.All.Select(descriptor => descriptor.Id).Where(id => id.StartsWith("EG0", StringComparison.Ordinal))];
}
