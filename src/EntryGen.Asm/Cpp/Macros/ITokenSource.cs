namespace EntryGen.Asm.Cpp;

/// <summary>Gives the expander the tokens that no macro made.</summary>
internal interface ITokenSource
{
    /// <summary>The next token; <see cref="TokenKind.End"/>, again and again, at the end of the directive or of what a macro call may span.</summary>
    Token Next();

    /// <summary>Un-reads the token that <see cref="Next"/> gave last.</summary>
    void StepBack();

    /// <summary>The text of a built-in macro used at a token.</summary>
    string Evaluate(BuiltInMacro macro, in Token use);

    /// <summary>Carries out the text of a <c>_Pragma</c>.</summary>
    void Pragma(in Token text);
}
