using System.Runtime.CompilerServices;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>Keeps the tokens of texts that were read before, so that a header closure is lexed once. Safe to share between threads.</summary>
/// <remarks>A text is known by its object: a resolver that answers the same <see cref="SourceText"/> again has it found here. Texts that nobody holds are dropped.</remarks>
public sealed class TokenCache
{
    private readonly ConditionalWeakTable<SourceText, TokenizedText> _texts = new();
    private readonly ConditionalWeakTable<SourceText, TokenizedText>.CreateValueCallback _tokenize;

    /// <summary>Creates an empty cache.</summary>
    public TokenCache()
    {
        _tokenize = source => Lexer.Tokenize(source, Names);
        BuiltIns = new BuiltInNames(Names);
    }

    /// <summary>Number of identifiers seen so far; they stay as long as the cache.</summary>
    public int NameCount => Names.Count;

    internal NameTable Names { get; } = new();

    internal BuiltInNames BuiltIns { get; }

    internal TokenizedText Get(SourceText source) => _texts.GetValue(source, _tokenize);
}
