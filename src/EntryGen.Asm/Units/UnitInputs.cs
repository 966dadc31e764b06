namespace EntryGen.Asm.Units;

/// <summary>A file offered to a unit. Equal by path and text.</summary>
/// <param name="Path">The path as the host names it.</param>
/// <param name="Text">The characters.</param>
public sealed record UnitFile(string Path, string Text);

/// <summary>All that decides what a unit means: its declaration and the files it reaches. Equal by value.</summary>
/// <remarks>Files that no include can reach are left out, so that an edit there changes nothing here.</remarks>
/// <param name="Declaration">The unit as declared.</param>
/// <param name="Paths">Every path offered, among which names are looked up; empty for a unit that names no file.</param>
/// <param name="Files">The files it may read, ordered by path.</param>
public sealed record UnitInputs(UnitDeclaration Declaration, EquatableArray<string> Paths, EquatableArray<UnitFile> Files)
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
        var namesFiles = declaration.Source is not null;

        if (declaration.Source is { } source && files.FindBySuffix(source) is { Count: 1 } sources)
        {
            pending.Enqueue(sources[0]);
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

        return new UnitInputs(declaration, namesFiles ? new(paths) : default, new(reached.Values));

        void Follow(string text, string? includer)
        {
            foreach (var include in IncludeScanner.Scan(text))
            {
                namesFiles = true;
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
}
