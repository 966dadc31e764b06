namespace EntryGen.Surface;

/// <summary>The form of a preprocessor definition on a command line.</summary>
internal static class PreprocessorDefinition
{
    /// <summary>Whether a text is <c>NAME</c>, <c>NAME=value</c> or <c>NAME(parameters)=value</c>.</summary>
    public static bool IsValid(string definition)
    {
        var end = 0;
        while (end < definition.Length && (definition[end] is '_' or '$' || char.IsLetterOrDigit(definition[end])))
        {
            end++;
        }

        return end > 0 && !char.IsDigit(definition[0]) && (end == definition.Length || definition[end] is '=' or '(');
    }
}
