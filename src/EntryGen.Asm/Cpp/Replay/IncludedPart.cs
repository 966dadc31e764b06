using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>What reading a file did, with everything that it included: one <c>#include</c> of the unit, or what comes before the unit's own text.</summary>
internal sealed class IncludedPart
{
    /// <summary>The file; null for what the preprocessor and its options define.</summary>
    public required SourceText? Text { get; init; }

    /// <summary>Where an <c>#include_next</c> in it went on searching.</summary>
    public required int NextDirectory { get; init; }

    /// <summary>Every file that was asked for since the part before, and what was found: null for nothing.</summary>
    public required IReadOnlyList<KeyValuePair<string, SourceText?>> Requests { get; init; }

    /// <summary>The lines of text that it became.</summary>
    public required LogicalLine[] Lines { get; init; }

    /// <summary>Macros that it defined and, with null, undefined, in order.</summary>
    public required IReadOnlyList<KeyValuePair<Name, MacroDefinition?>> Macros { get; init; }

    /// <summary>Macros that it expanded or tested.</summary>
    public required Name[] Used { get; init; }

    /// <summary>Files that were read there first.</summary>
    public required SourceText[] Files { get; init; }

    /// <summary>Files that were included there first, and where.</summary>
    public required KeyValuePair<SourceText, SourceSpan>[] IncludedAt { get; init; }

    /// <summary>Files that asked there to be read once.</summary>
    public required SourceText[] Once { get; init; }

    /// <summary>What it took of the bounds.</summary>
    public required BudgetUse Cost { get; init; }

    /// <summary>What else the reader carried from line to line, at its start.</summary>
    public required CarriedState Before { get; init; }

    /// <summary>The same at its end.</summary>
    public required CarriedState After { get; init; }
}

/// <summary>What a reader carries from one line to the next besides macros and files.</summary>
/// <param name="Counter">The next value of <c>__COUNTER__</c>.</param>
/// <param name="IsAfterPadding">Whether a macro ended since the last token was written.</param>
internal readonly record struct CarriedState(int Counter, bool IsAfterPadding);

/// <summary>What a run leaves for the next one of the same unit.</summary>
/// <param name="Options">How it was run.</param>
/// <param name="Names">The names that macros are known by.</param>
/// <param name="Path">The unit, which includes are searched beside.</param>
/// <param name="Parts">What was read before the unit, and what its includes did up to the first macro that the unit itself defines, which moves with its text.</param>
internal sealed record PreprocessorRecord(PreprocessorOptions Options, NameTable Names, string Path, IReadOnlyList<IncludedPart> Parts)
{
    /// <summary>Whether a run can use it.</summary>
    public bool Serves(PreprocessorOptions options, NameTable names, string path) =>
        ReferenceEquals(Names, names)
        && Path == path
        && (ReferenceEquals(Options, options)
            || (Options.IncludeDirectories.SequenceEqual(options.IncludeDirectories)
                && Options.ForcedIncludes.SequenceEqual(options.ForcedIncludes)
                && Options.Defines.SequenceEqual(options.Defines)
                && Options with { IncludeDirectories = options.IncludeDirectories, ForcedIncludes = options.ForcedIncludes, Defines = options.Defines } == options));
}
