namespace EntryGen.Asm.Cpp;

/// <summary>Keeps the tokens of texts that were read before, so that a header closure is lexed once. Safe to share between threads.</summary>
public sealed class TokenCache
{
}
