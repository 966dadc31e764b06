namespace EntryGen.Asm.Cpp;

/// <summary>What a line that begins with <c>#</c> asks for.</summary>
internal enum DirectiveKind : byte
{
    /// <summary>No directive: text, which in assembly may begin with <c>#</c> too.</summary>
    None,

    /// <summary>A <c>#</c> alone.</summary>
    Null,

    Define,
    Undef,
    Include,
    IncludeNext,
    Import,
    If,
    Ifdef,
    Ifndef,
    Elif,
    Elifdef,
    Elifndef,
    Else,
    Endif,
    Line,
    Error,
    Warning,
    Pragma,

    /// <summary>Known to gcc and without effect on assembly: <c>ident</c>, <c>sccs</c>, <c>assert</c>, <c>unassert</c>.</summary>
    Ignored,
}

internal static class DirectiveNames
{
    private static readonly Dictionary<string, DirectiveKind> ByName = new(StringComparer.Ordinal)
    {
        ["define"] = DirectiveKind.Define,
        ["undef"] = DirectiveKind.Undef,
        ["include"] = DirectiveKind.Include,
        ["include_next"] = DirectiveKind.IncludeNext,
        ["import"] = DirectiveKind.Import,
        ["if"] = DirectiveKind.If,
        ["ifdef"] = DirectiveKind.Ifdef,
        ["ifndef"] = DirectiveKind.Ifndef,
        ["elif"] = DirectiveKind.Elif,
        ["elifdef"] = DirectiveKind.Elifdef,
        ["elifndef"] = DirectiveKind.Elifndef,
        ["else"] = DirectiveKind.Else,
        ["endif"] = DirectiveKind.Endif,
        ["line"] = DirectiveKind.Line,
        ["error"] = DirectiveKind.Error,
        ["warning"] = DirectiveKind.Warning,
        ["pragma"] = DirectiveKind.Pragma,
        ["ident"] = DirectiveKind.Ignored,
        ["sccs"] = DirectiveKind.Ignored,
        ["assert"] = DirectiveKind.Ignored,
        ["unassert"] = DirectiveKind.Ignored,
    };

    /// <summary>All names.</summary>
    public static IEnumerable<string> All => ByName.Keys;

    /// <summary>The directive of a name; none for other names.</summary>
    public static DirectiveKind Find(string name) => ByName.TryGetValue(name, out var kind) ? kind : DirectiveKind.None;

    /// <summary>Opens a conditional group.</summary>
    public static bool Opens(DirectiveKind kind) => kind is DirectiveKind.If or DirectiveKind.Ifdef or DirectiveKind.Ifndef;

    /// <summary>Goes on with a conditional group, or ends it.</summary>
    public static bool Continues(DirectiveKind kind) =>
        kind is DirectiveKind.Elif or DirectiveKind.Elifdef or DirectiveKind.Elifndef or DirectiveKind.Else or DirectiveKind.Endif;
}
