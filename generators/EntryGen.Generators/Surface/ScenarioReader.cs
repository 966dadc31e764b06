using System.Text;
using EntryGen.Asm;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;
using EntryGen.Asm.Units;
using Microsoft.CodeAnalysis;

namespace EntryGen.Surface;

/// <summary>Reads the <c>[Scenario]</c> attributes of one class. An argument that is wrong is reported where it stands, and its scenario left out.</summary>
internal sealed class ScenarioReader(INamedTypeSymbol type, Compilation compilation, ISurfaceSink? sink, CancellationToken cancellation)
{
    private const int MostEvents = 16, MostEffects = 64;

    private bool _isWrong;

    /// <summary>Reads one.</summary>
    /// <returns>Null when something in it is wrong.</returns>
    public ScenarioModel? Read(AttributeValues attribute)
    {
        _isWrong = false;
        var unit = ReadUnit(attribute);
        var entry = attribute.Text ?? "";
        var declaration = unit is null ? null : Declared(unit, attribute, entry);
        var model = new ScenarioModel(
            unit?.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) ?? "",
            entry,
            ReadFlags(attribute, "From"),
            ReadFeatures(attribute, declaration),
            ReadFlags(attribute, "Inject"),
            ReadMost(attribute),
            ReadEffects(attribute),
            ReadAsked(attribute),
            attribute.Named("WithWorstCaseTlb") is true,
            attribute.Named("WithoutKernelAssumptions") is true);
        return _isWrong ? null : model;
    }

    private INamedTypeSymbol? ReadUnit(AttributeValues attribute)
    {
        var given = attribute.Named("Unit") as ITypeSymbol;
        var unit = given is null ? type : given as INamedTypeSymbol;
        if (unit is null || AttributeValues.Find(unit, AttributeNames.EntryCode) is null)
        {
            Report(
                given is null
                    ? $"'{type.Name}' has no [EntryCode] itself: say with Unit = typeof(...) which class has the entry."
                    : $"'{given.Name}' has no [EntryCode], so there is no entry to explore in it.",
                attribute.NamedLocation("Unit", cancellation));
            return null;
        }

        // typeof(X<>) has no members that can be used, and an open class none that a static property could hold for all.
        if (unit.IsUnboundGenericType || unit.OriginalDefinition.IsGenericType)
        {
            Report($"'{unit.Name}' is generic: entry code that is explored must be in a class without type parameters.", attribute.NamedLocation("Unit", cancellation));
            return null;
        }

        return unit;
    }

    /// <summary>What is known of the unit; reports an entry that it does not declare.</summary>
    private UnitDeclaration? Declared(INamedTypeSymbol unit, AttributeValues attribute, string entry)
    {
        IReadOnlyList<EntryDeclaration> entries;
        UnitDeclaration? declaration = null;
        if (unit.DeclaringSyntaxReferences.Length > 0)
        {
            if (EntryClassReader.Read(unit, sink: null, cancellation) is not { } model)
            {
                // It is reported itself; nothing can be said about its entries, and it has no EntryUnit.
                _isWrong = true;
                return null;
            }

            declaration = model.Unit;
            entries = [.. declaration.Entries];
        }
        else
        {
            var names = AttributeValues.Find(unit, AttributeNames.EntryCode)!.Value.NamedArray<string>("Entries");
            entries =
            [
                .. unit.GetMembers().OfType<IMethodSymbol>()
                    .Where(method => AttributeValues.Find(method, AttributeNames.Entry) is not null)
                    .Select(method => new EntryDeclaration(method.Name, AttributeValues.Find(method, AttributeNames.Entry)!.Value.NamedEnum("Kind", EntryDeclaration.DefaultKind), null)),
                .. names.Select(name => new EntryDeclaration(name, EntryDeclaration.DefaultKind, null)),
            ];
        }

        if (entries.FirstOrDefault(known => known.Name == entry) is not { } found)
        {
            Report(
                $"'{unit.Name}' declares no entry '{entry}'.{NearestName.Suggest(entry, entries.Select(known => known.Name).OrderBy(name => name, StringComparer.Ordinal))}",
                attribute.TextSyntax(cancellation)?.GetLocation() ?? attribute.Location(cancellation));
        }
        else if (found.Kind is "Syscall" or "Sysenter" or "Int80" && ConstantValue.AsInteger(attribute.Named("From")) is { } from)
        {
            // Of ScenarioStarts.
            const long User = 1, UserOn16BitStack = 32;
            if ((from & ~(User | UserOn16BitStack)) != 0)
            {
                Report($"'{entry}' is reached from user code only.", attribute.NamedLocation("From", cancellation));
            }
            else if ((from & UserOn16BitStack) != 0 && found.Kind != "Int80")
            {
                Report($"SYSCALL and SYSENTER save no stack segment: user code returns from '{entry}' to a flat stack.", attribute.NamedLocation("From", cancellation));
            }
        }

        return declaration;
    }

    private string ReadFlags(AttributeValues attribute, string name)
    {
        if (!attribute.Has(name))
        {
            return "";
        }

        if (attribute.NamedFlags(name) is { } flags)
        {
            return flags;
        }

        Report($"{name} has a bit that stands for nothing.", attribute.NamedLocation(name, cancellation));
        return "";
    }

    private int ReadMost(AttributeValues attribute)
    {
        var most = attribute.Named("Most") is int given ? given : 1;
        if (most is < 0 or > MostEvents)
        {
            Report($"Most is {most}: there may be 0 to {MostEvents} events in a run.", attribute.NamedLocation("Most", cancellation));
        }

        return most;
    }

    // The code chooses by names that it defines itself, too; of a file only its reader knows them.
    private EquatableArray<string>? ReadFeatures(AttributeValues attribute, UnitDeclaration? unit)
    {
        if (!attribute.Has("Features"))
        {
            return null;
        }

        string[] features = [.. attribute.NamedArray<string>("Features")];
        for (var i = 0; i < features.Length; i++)
        {
            var name = FeatureNames.WithoutPrefix(features[i]);
            var isKnown = FeatureNames.Known.Contains(name)
                || (name.Length > 0 && (unit is null or { Source: not null } || Mentions(unit, FeatureNames.Prefix + name)));
            if (!isKnown)
            {
                Report(
                    $"Features: no CPU feature is called '{features[i]}'.{NearestName.Suggest(name, FeatureNames.Known)}",
                    attribute.ElementLocation("Features", i, cancellation));
            }
        }

        return new(features);
    }

    private static bool Mentions(UnitDeclaration unit, string symbol) =>
        unit.Macros.Any(macro => macro.Body.Contains(symbol)) || unit.Entries.Any(entry => entry.Assembly?.Contains(symbol) == true)
        || unit.Constants.Any(constant => constant.Name == symbol) || unit.Includes.Any(included => Mentions(included, symbol));

    private EquatableArray<string> ReadEffects(AttributeValues attribute)
    {
        string[] names = [.. attribute.NamedArray<string>("MayDo")];
        var known = compilation.GetTypeByMetadataName(AttributeNames.HandlerEffect);
        var expressions = new List<string>();
        for (var i = 0; i < names.Length; i++)
        {
            if (EffectOf(type, names[i]) is { } own)
            {
                expressions.Add(own);
            }
            else if (known is not null && EffectOf(known, MemberName(names[i])) is { } effect)
            {
                expressions.Add(effect);
            }
            else
            {
                Report(
                    $"MayDo: '{names[i]}' is no static member of '{type.Name}' or of HandlerEffect that is a HandlerEffect.{NearestName.Suggest(MemberName(names[i]), EffectsOf(known).Concat(EffectsOf(type)))}",
                    attribute.ElementLocation("MayDo", i, cancellation));
            }
        }

        if (names.Length > MostEffects)
        {
            Report($"MayDo has {names.Length} effects: {MostEffects} at most.", attribute.NamedLocation("MayDo", cancellation));
        }

        return new(expressions);
    }

    private static string? EffectOf(INamedTypeSymbol type, string name) => EffectsOf(type).Contains(name, StringComparer.Ordinal)
        ? type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) + "." + Identifiers.Escape(name)
        : null;

    private static IEnumerable<string> EffectsOf(INamedTypeSymbol? type) => type is null ? [] : type.GetMembers()
        .Where(member => member.IsStatic && !member.IsImplicitlyDeclared && member switch
        {
            IPropertySymbol { GetMethod: not null, IsIndexer: false } property => IsEffect(property.Type),
            IFieldSymbol field => IsEffect(field.Type),
            _ => false,
        })
        .Select(member => member.Name)
        .OrderBy(name => name, StringComparer.Ordinal);

    private static bool IsEffect(ITypeSymbol type) => type.ToDisplayString() == AttributeNames.HandlerEffect;

    // Commands write LazyMm as lazy-mm.
    private static string MemberName(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var word in name.Split(['-'], StringSplitOptions.RemoveEmptyEntries))
        {
            text.Append(char.ToUpperInvariant(word[0])).Append(word, 1, word.Length - 1);
        }

        return text.ToString();
    }

    private EquatableArray<string> ReadAsked(AttributeValues attribute)
    {
        const string WorstCaseTlbOnly = "tlb";
        string[] asked = [.. attribute.NamedArray<string>("Ask")];
        var ids = compilation.GetTypeByMetadataName(AttributeNames.PropertyIds)?.GetMembers().OfType<IFieldSymbol>().Select(field => field.ConstantValue).OfType<string>().ToList() ?? [];
        for (var i = 0; i < asked.Length; i++)
        {
            if (!ids.Contains(asked[i]))
            {
                Report(
                    $"Ask: there is no property '{asked[i]}'.{NearestName.Suggest(asked[i], ids.OrderBy(id => id, StringComparer.Ordinal))}",
                    attribute.ElementLocation("Ask", i, cancellation));
            }
            else if (asked[i] == WorstCaseTlbOnly && attribute.Named("WithWorstCaseTlb") is not true)
            {
                Report($"Ask: '{asked[i]}' asks what the TLB may hold at its worst: add WithWorstCaseTlb = true.", attribute.ElementLocation("Ask", i, cancellation));
            }
        }

        return new(asked.Distinct(StringComparer.Ordinal));
    }

    private void Report(string message, Location location)
    {
        _isWrong = true;
        sink?.Report(SurfaceDiagnostics.ScenarioArgument, message, location);
    }
}
