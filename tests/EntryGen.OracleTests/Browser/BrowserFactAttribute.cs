namespace EntryGen.OracleTests.Browser;

/// <summary>A test that needs Chromium: skipped where there is none, unless CI says that it must be.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    /// <summary>The browser, or null.</summary>
    public static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(directory => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(directory, name)))
        .FirstOrDefault(File.Exists);

    public BrowserFactAttribute()
    {
        if (!KernelTrees.Required && Executable is null)
        {
            Skip = "There is no chromium on the path.";
        }
    }
}
