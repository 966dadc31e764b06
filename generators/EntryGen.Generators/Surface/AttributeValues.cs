using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EntryGen.Surface;

/// <summary>One application of an attribute: its values, and where each was written. Half-typed code has none of some.</summary>
internal readonly struct AttributeValues(AttributeData data)
{
    /// <summary>The attribute of a metadata name on a symbol, or null.</summary>
    public static AttributeValues? Find(ISymbol symbol, string metadataName)
    {
        foreach (var data in symbol.GetAttributes())
        {
            if (data.AttributeClass is { } type && type.ToDisplayString() == metadataName)
            {
                return new AttributeValues(data);
            }
        }

        return null;
    }

    /// <summary>All applications of an attribute, in the order in which they are written.</summary>
    public static IEnumerable<AttributeValues> FindAll(ISymbol symbol, string metadataName) =>
        symbol.GetAttributes().Where(data => data.AttributeClass?.ToDisplayString() == metadataName).Select(data => new AttributeValues(data));

    /// <summary>The first constructor argument when it is a string.</summary>
    public string? Text => data.ConstructorArguments is [{ Value: string text }, ..] ? text : null;

    /// <summary>A named argument of a simple type, or null.</summary>
    public object? Named(string name) => Find(name) is { Kind: not (TypedConstantKind.Array or TypedConstantKind.Error) } constant ? constant.Value : null;

    /// <summary>Whether a named argument is given.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A constructor argument of a simple type, or null.</summary>
    public object? Positional(int index) =>
        data.ConstructorArguments.Length > index && data.ConstructorArguments[index] is { Kind: not (TypedConstantKind.Array or TypedConstantKind.Error) } constant ? constant.Value : null;

    /// <summary>The flags that a named argument of an enum type is, as C# writes them; null when it is none.</summary>
    public string? NamedFlags(string name) => Find(name) is { Kind: TypedConstantKind.Enum } constant ? EnumFlags.Write(constant.Type!, constant.Value) : null;

    /// <summary>The same of a constructor argument.</summary>
    public string? PositionalFlags(int index) =>
        data.ConstructorArguments.Length > index && data.ConstructorArguments[index] is { Kind: TypedConstantKind.Enum } constant ? EnumFlags.Write(constant.Type!, constant.Value) : null;

    /// <summary>The elements of a named array argument; empty when it is not given.</summary>
    public IEnumerable<TValue> NamedArray<TValue>(string name) =>
        Find(name) is { Kind: TypedConstantKind.Array, IsNull: false } constant
            ? constant.Values.Where(value => value.Kind != TypedConstantKind.Array).Select(value => value.Value).OfType<TValue>()
            : [];

    /// <summary>The name of the enum member that a named argument is, or a default.</summary>
    public string NamedEnum(string name, string defaultName)
    {
        if (Find(name) is not { Kind: TypedConstantKind.Enum } constant)
        {
            return defaultName;
        }

        var member = constant.Type!.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => Equals(field.ConstantValue, constant.Value));
        return member?.Name ?? defaultName;
    }

    /// <summary>The expression of the first constructor argument, or null when nobody wrote one.</summary>
    public ExpressionSyntax? TextSyntax(CancellationToken cancellation) =>
        Arguments(cancellation).FirstOrDefault(argument => argument.NameEquals is null)?.Expression;

    /// <summary>Where a named argument's value was written, or the whole attribute.</summary>
    public Location NamedLocation(string name, CancellationToken cancellation) =>
        NamedSyntax(name, cancellation)?.GetLocation() ?? Location(cancellation);

    /// <summary>Where one element of a named array argument was written, or the whole argument.</summary>
    public Location ElementLocation(string name, int index, CancellationToken cancellation)
    {
        var elements = NamedSyntax(name, cancellation) switch
        {
            CollectionExpressionSyntax collection => collection.Elements.Cast<SyntaxNode>(),
            ImplicitArrayCreationExpressionSyntax array => array.Initializer.Expressions,
            ArrayCreationExpressionSyntax { Initializer: { } initializer } => initializer.Expressions,
            _ => [],
        };

        return elements.ElementAtOrDefault(index)?.GetLocation() ?? NamedLocation(name, cancellation);
    }

    /// <summary>Where the attribute was written.</summary>
    public Location Location(CancellationToken cancellation) =>
        data.ApplicationSyntaxReference?.GetSyntax(cancellation).GetLocation() ?? Microsoft.CodeAnalysis.Location.None;

    private TypedConstant? Find(string name)
    {
        foreach (var argument in data.NamedArguments)
        {
            if (argument.Key == name)
            {
                return argument.Value;
            }
        }

        return null;
    }

    private ExpressionSyntax? NamedSyntax(string name, CancellationToken cancellation) =>
        Arguments(cancellation).FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == name)?.Expression;

    private IEnumerable<AttributeArgumentSyntax> Arguments(CancellationToken cancellation) =>
        data.ApplicationSyntaxReference?.GetSyntax(cancellation) is AttributeSyntax { ArgumentList: { } list } ? list.Arguments : [];
}
