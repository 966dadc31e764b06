namespace EntryGen.Asm.Units;

/// <summary>All that decides what a unit means: its declaration and the files it reaches. Equal by value.</summary>
/// <param name="Declaration">The unit as declared.</param>
/// <param name="Files">The files it may read, ordered by path. Files that no include can reach are left out, so that an edit there changes nothing here.</param>
/// <param name="OfferedSources">Paths that were offered and look like what <see cref="UnitDeclaration.Source"/> may have meant; empty unless it was not found exactly once.</param>
public sealed record UnitInputs(UnitDeclaration Declaration, EquatableArray<UnitFile> Files, EquatableArray<string> OfferedSources)
{
    /// <summary>Finds the files a unit reaches among those offered.</summary>
    /// <param name="declaration">The unit.</param>
    /// <param name="paths">The paths offered.</param>
    /// <param name="read">Gives the text of the file at an index of <paramref name="paths"/>, or null when it cannot be read. Asked only for files that are reached.</param>
    public static UnitInputs Gather(UnitDeclaration declaration, IReadOnlyList<string> paths, Func<int, string?> read)
    {
        var files = new FileSet(paths, declaration.IncludeDirectories);
        var reached = new SortedDictionary<string, UnitFile>(StringComparer.Ordinal);
        var pending = new Queue<int>();
        IReadOnlyList<int> sources = [];

        if (declaration.Source is { } source)
        {
            sources = files.FindBySuffix(source);
            if (sources.Count == 1)
            {
                pending.Enqueue(sources[0]);
            }
        }

        foreach (var text in LiteralsOf(declaration))
        {
            Follow(text, includer: null);
        }

        while (pending.Count > 0)
        {
            var index = pending.Dequeue();
            if (!reached.ContainsKey(paths[index]) && read(index) is { } text)
            {
                reached.Add(paths[index], new UnitFile(paths[index], text));
                Follow(text, paths[index]);
            }
        }

        var offered = declaration.Source is null || sources.Count == 1 ? [] : Offer(paths, sources);
        return new UnitInputs(declaration, new(reached.Values), new(offered));

        void Follow(string text, string? includer)
        {
            foreach (var include in IncludeScanner.Scan(text))
            {
                if (include.Name is null)
                {
                    // The name comes from a macro: any file may be meant.
                    for (var i = 0; i < paths.Count; i++)
                    {
                        pending.Enqueue(i);
                    }
                }
                else if (files.FindInclude(include.Name, include.IsQuoted, includer) is { } found)
                {
                    pending.Enqueue(found);
                }
            }
        }
    }

    private static IEnumerable<string> LiteralsOf(UnitDeclaration declaration) =>
        declaration.Includes.SelectMany(LiteralsOf)
            .Concat(declaration.Macros.Select(macro => macro.Body))
            .Concat(declaration.Entries.Select(entry => entry.Assembly ?? ""));

    // What a message lists: all that fit when several do, otherwise the assembly files there are.
    private static IEnumerable<string> Offer(IReadOnlyList<string> paths, IReadOnlyList<int> sources) =>
        (sources.Count > 0 ? sources.Select(i => paths[i]) : paths.Where(path => path.EndsWith(".S", StringComparison.OrdinalIgnoreCase)))
            .Distinct(StringComparer.Ordinal)
            .OrderBy(path => path, StringComparer.Ordinal);
}
