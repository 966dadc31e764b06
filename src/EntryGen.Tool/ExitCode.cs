namespace EntryGen.Tool;

/// <summary>What the exit code of <c>entrygen</c> means.</summary>
public static class ExitCode
{
    /// <summary>Done, and nothing was found.</summary>
    public const int Done = 0;

    /// <summary>Done, and something was found.</summary>
    public const int Found = 1;

    /// <summary>The input or the call is wrong; standard error says how.</summary>
    public const int Wrong = 2;

    /// <summary>A bound was hit before there was an answer.</summary>
    public const int Unknown = 3;
}
