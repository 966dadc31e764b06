using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>The macro engine of GNU as: reads preprocessed lines and lists the statements that the assembler executes.</summary>
/// <remarks>
/// It follows GNU as 2.40 for x86-64 ELF in text, order, <c>\@</c> numbers and sections, and encodes nothing: instructions are not
/// looked at, so any word that is no directive and no macro begins one. Whatever the input, it ends, within <see cref="AssemblerOptions"/>.
/// </remarks>
/// <param name="options">Symbols from outside, and bounds.</param>
public sealed class Assembler(AssemblerOptions options)
{
    /// <summary>Executes one unit.</summary>
    /// <param name="lines">The preprocessor's output.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public AssemblyListing Assemble(IReadOnlyList<LogicalLine> lines, CancellationToken cancellationToken = default) =>
        new AssemblerRun(options, lines, previous: null, versions: null).Run(cancellationToken);

    /// <summary>Executes one unit that was executed before, in another version. The result is the same as without knowing that.</summary>
    /// <param name="lines">The preprocessor's output.</param>
    /// <param name="previous">The unit before.</param>
    /// <param name="versions">The texts of then and now.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    internal AssemblyListing Assemble(IReadOnlyList<LogicalLine> lines, AssemblyListing previous, SourceVersions versions, CancellationToken cancellationToken) =>
        new AssemblerRun(options, lines, previous, versions).Run(cancellationToken);
}
