using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Units;

/// <summary>
/// Files as the lexer left them, for all units that include them, and units as they were read last. What is known of a text goes when nobody holds the text any more.
/// </summary>
internal sealed class FileCache
{
    private readonly ConditionalWeakTable<string, ConcurrentDictionary<string, SourceText>> _sources = new();

    /// <summary>The tokens of the files.</summary>
    public TokenCache Tokens { get; } = new();

    /// <summary>The units.</summary>
    public ListingCache Listings { get; } = new();

    /// <summary>A file; the same object for the same path and string.</summary>
    /// <param name="path">Its path in messages.</param>
    /// <param name="text">Its characters.</param>
    public SourceText Get(string path, string text) =>
        _sources.GetValue(text, static _ => new(StringComparer.Ordinal)).GetOrAdd(path, key => LineMarkers.Apply(new SourceText(key, text)));
}
