using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>The C preprocessor as gcc runs it on assembly (<c>-x assembler-with-cpp</c>).</summary>
/// <param name="options">The command line.</param>
/// <param name="resolver">Supplies the files.</param>
/// <param name="cache">Tokens shared with other runs; null for none.</param>
public sealed class Preprocessor(PreprocessorOptions options, ISourceResolver resolver, TokenCache? cache = null)
{
    private readonly TokenCache _cache = cache ?? new TokenCache();

    /// <summary>Preprocesses one unit. Whatever the input, this returns; what is wrong with it is in the result.</summary>
    /// <param name="main">The unit.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public PreprocessorResult Process(SourceText main, CancellationToken cancellationToken = default) => Process(main, previous: null, cancellationToken);

    /// <summary>The same; includes that do what they did in the run before are not read again.</summary>
    internal PreprocessorResult Process(SourceText main, PreprocessorRecord? previous, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new UnitReader(options, resolver, _cache, previous, cancellationToken).Read(main);
    }
}
