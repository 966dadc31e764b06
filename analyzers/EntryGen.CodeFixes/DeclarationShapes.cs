using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EntryGen.CodeFixes;

/// <summary>The shapes that declarations of entry code must have, made of what is written where that leaves no choice.</summary>
internal static class DeclarationShapes
{
    /// <summary>The declaration as it must be, and what is changed; null when its author has to decide.</summary>
    public static (string Title, MemberDeclarationSyntax Corrected)? Correct(MemberDeclarationSyntax declaration) => declaration switch
    {
        TypeDeclarationSyntax type when !Has(type.Modifiers, SyntaxKind.FileKeyword) => ($"Make '{type.Identifier.Text}' partial", With(type, SyntaxKind.PartialKeyword)),
        MethodDeclarationSyntax { Body: null, ExpressionBody: null, TypeParameterList: null } method => EntryMethod(method),
        FieldDeclarationSyntax { Declaration.Variables: [{ Initializer: not null } variable] } field when IsString(field) => ($"Make '{variable.Identifier.Text}' a constant", Constant(field)),
        PropertyDeclarationSyntax { Type: GenericNameSyntax { Identifier.Text: "PerCpu" }, Initializer: null, ExpressionBody: null } property => PerCpuProperty(property),
        _ => null,
    };

    private static (string Title, MemberDeclarationSyntax Corrected) EntryMethod(MethodDeclarationSyntax method)
    {
        var name = method.Identifier.Text;
        var parameter = method.ParameterList.Parameters.FirstOrDefault()?.Identifier.Text is { Length: > 0 } given ? given : "cpu";
        var shape = (MethodDeclarationSyntax)With(With(method, SyntaxKind.StaticKeyword), SyntaxKind.PartialKeyword);
        var parameters = SyntaxFactory.ParseParameterList($"(ref Cpu {parameter})").WithTriviaFrom(method.ParameterList);
        var result = SyntaxFactory.ParseTypeName("Stop").WithTriviaFrom(shape.ReturnType);
        return ($"Write 'static partial Stop {name}(ref Cpu {parameter})'", shape.WithReturnType(result).WithParameterList(parameters));
    }

    private static (string Title, MemberDeclarationSyntax Corrected) PerCpuProperty(PropertyDeclarationSyntax property)
    {
        var getter = SyntaxFactory.ParseMemberDeclaration("int P { get; }") is PropertyDeclarationSyntax { AccessorList: { } accessors } ? accessors : property.AccessorList;
        var shape = (PropertyDeclarationSyntax)With(With(property, SyntaxKind.StaticKeyword), SyntaxKind.PartialKeyword);
        return (
            $"Write 'static partial {property.Type} {property.Identifier.Text} {{ get; }}'",
            shape.WithAccessorList(property.AccessorList is { } old ? getter?.WithTriviaFrom(old) : getter));
    }

    private static bool IsString(FieldDeclarationSyntax field) => field.Declaration.Type is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.StringKeyword };

    // A constant is static and cannot be written to, so it says neither.
    private static MemberDeclarationSyntax Constant(FieldDeclarationSyntax field)
    {
        var modifiers = field.Modifiers.Where(modifier =>
            !modifier.IsKind(SyntaxKind.StaticKeyword) && !modifier.IsKind(SyntaxKind.ReadOnlyKeyword) && !modifier.IsKind(SyntaxKind.VolatileKeyword));
        var lead = FirstTokenBehindAttributes(field).LeadingTrivia;
        var bare = field.WithModifiers(SyntaxFactory.TokenList(modifiers.Select((modifier, i) => i == 0 ? modifier.WithLeadingTrivia(lead) : modifier)));
        var first = FirstTokenBehindAttributes(bare);
        return With(bare.ReplaceToken(first, first.WithLeadingTrivia(lead)), SyntaxKind.ConstKeyword);
    }

    private static bool Has(SyntaxTokenList modifiers, SyntaxKind kind) => modifiers.Any(modifier => modifier.IsKind(kind));

    // Behind the other modifiers, where partial has to stand; static comes before partial. Comments stay in front.
    private static MemberDeclarationSyntax With(MemberDeclarationSyntax declaration, SyntaxKind kind)
    {
        if (Has(declaration.Modifiers, kind))
        {
            return declaration;
        }

        var token = SyntaxFactory.Token(kind).WithTrailingTrivia(SyntaxFactory.Space);
        var partial = kind == SyntaxKind.PartialKeyword ? -1 : declaration.Modifiers.IndexOf(SyntaxKind.PartialKeyword);
        var index = partial < 0 ? declaration.Modifiers.Count : partial;
        if (index > 0)
        {
            return declaration.WithModifiers(declaration.Modifiers.Insert(index, token));
        }

        // The first token of the declaration behind its attributes has the indentation.
        var first = declaration.Modifiers.Count > 0 ? declaration.Modifiers[0] : FirstTokenBehindAttributes(declaration);
        var without = declaration.ReplaceToken(first, first.WithLeadingTrivia());
        return without.WithModifiers(without.Modifiers.Insert(0, token.WithLeadingTrivia(first.LeadingTrivia)));
    }

    private static SyntaxToken FirstTokenBehindAttributes(MemberDeclarationSyntax declaration) =>
        declaration.AttributeLists.Count == 0 ? declaration.GetFirstToken() : declaration.AttributeLists[declaration.AttributeLists.Count - 1].GetLastToken().GetNextToken();
}
