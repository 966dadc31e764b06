using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>Supplies the files that the preprocessor asks for; the reader itself does no I/O.</summary>
/// <remarks>Answers must not change during a run. Answering the same <see cref="SourceText"/> again lets a shared <see cref="TokenCache"/> skip the lexing.</remarks>
public interface ISourceResolver
{
    /// <summary>The text at a path, or null when there is none or it cannot be read (a directory, say).</summary>
    /// <param name="path">A directory of the search path, a slash, and the name as the include spells it; nothing is normalised.</param>
    SourceText? TryRead(string path);
}
