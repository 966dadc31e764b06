using EntryGen.Asm.Units;
using EntryGen.Surface;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.Analyzers;

/// <summary>Finds the characters, in C# or in an AdditionalFiles item, that a place of a unit means.</summary>
internal sealed class PlaceLocator(Compilation compilation, IReadOnlyList<AdditionalText> files, CancellationToken cancellation)
{
    private readonly Dictionary<(string Owner, UnitPart Part, string Member), LiteralPositionMap?> _literals = [];

    /// <summary>The location of a place; <see cref="Location.None"/> when the place is not in this compilation's source.</summary>
    public Location Locate(UnitPlace place) => place.Part switch
    {
        UnitPart.File => InFile(place) ?? Location.None,
        UnitPart.Declaration => InDeclaration(place),
        UnitPart.Member => MemberOf(place)?.Locations.FirstOrDefault() ?? Location.None,
        _ => LiteralOf(place)?.LocationOf(place.Start, place.Length) ?? MemberOf(place)?.Locations.FirstOrDefault() ?? Location.None,
    };

    /// <summary>The change of a document that replaces the characters of a place; null when the place has none of its own, or its literal cannot take the change.</summary>
    public (string Path, TextChange Change)? Change(UnitPlace place, string replacement)
    {
        switch (place.Part)
        {
            case UnitPart.File when TextOf(place) is { } text && place.Start + place.Length <= text.Length:
                return (place.Owner, new TextChange(new TextSpan(place.Start, place.Length), replacement.Replace("\n", NewLineOf(text))));
            case UnitPart.MacroSignature or UnitPart.MacroBody or UnitPart.EntryAssembly when LiteralOf(place) is { } map:
                return map.Change(place.Start, place.Length, replacement, NewLineOf(map.Tree.GetText(cancellation))) is { } change ? (map.Tree.FilePath, change) : null;
            default:
                return null;
        }
    }

    private static string NewLineOf(SourceText text) => text.Lines[0] is var first && first.EndIncludingLineBreak - first.End == 2 ? "\r\n" : "\n";

    private SourceText? TextOf(UnitPlace place) => files.FirstOrDefault(file => file.Path == place.Owner)?.GetText(cancellation);

    private Location? InFile(UnitPlace place)
    {
        if (TextOf(place) is not { } text)
        {
            return null;
        }

        var start = Math.Min(place.Start, text.Length);
        var span = new TextSpan(start, Math.Min(place.Length, text.Length - start));
        if (place.Imported is { } origin)
        {
            var first = new LinePosition(origin.Line - 1, origin.Column - 1);
            return Location.Create(origin.Path, span, new LinePositionSpan(first, new LinePosition(first.Line, first.Character + span.Length)));
        }

        return Location.Create(place.Owner, span, text.Lines.GetLinePositionSpan(span));
    }

    private Location InDeclaration(UnitPlace place)
    {
        if (TypeOf(place) is not { } type)
        {
            return Location.None;
        }

        return place.Member.Length > 0 && AttributeValues.Find(type, AttributeNames.EntryCode) is { } attribute
            ? attribute.ElementLocation(place.Member, place.Start, cancellation)
            : type.Locations.FirstOrDefault() ?? Location.None;
    }

    private LiteralPositionMap? LiteralOf(UnitPlace place)
    {
        var key = (place.Owner, place.Part, place.Member);
        if (!_literals.TryGetValue(key, out var map))
        {
            map = ReadLiteral(place);
            _literals.Add(key, map);
        }

        return map;
    }

    private LiteralPositionMap? ReadLiteral(UnitPlace place)
    {
        foreach (var member in TypeOf(place)?.GetMembers(place.Member) ?? [])
        {
            var attributeName = place.Part == UnitPart.EntryAssembly ? AttributeNames.Entry : AttributeNames.Macro;
            if (AttributeValues.Find(member, attributeName) is not { } attribute)
            {
                continue;
            }

            var expression = place.Part == UnitPart.MacroBody ? Initializer(member) : attribute.TextSyntax(cancellation);
            var value = place.Part == UnitPart.MacroBody ? (member as IFieldSymbol)?.ConstantValue as string : attribute.Text;
            return expression is null || value is null ? null : LiteralPositionMap.Of(expression, value);
        }

        return null;
    }

    private ExpressionSyntax? Initializer(ISymbol member) =>
        member.DeclaringSyntaxReferences is [var reference, ..] && reference.GetSyntax(cancellation) is VariableDeclaratorSyntax { Initializer.Value: var value }
            ? value
            : null;

    private ISymbol? MemberOf(UnitPlace place) => TypeOf(place)?.GetMembers(place.Member).FirstOrDefault();

    private INamedTypeSymbol? TypeOf(UnitPlace place) => compilation.Assembly.GetTypeByMetadataName(place.Owner);
}
