namespace EntryGen.Testing;

/// <summary>The repository the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The directory that holds <c>EntryGen.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file or directory of the repository.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "EntryGen.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"No EntryGen.sln above {AppContext.BaseDirectory}: these tests run from inside the repository.");
    }
}
