using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Units;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EntryGen.Surface;

/// <summary>Reads the members of one class that declare assembly. What has the wrong shape is reported and left out.</summary>
internal sealed class MemberReader(ISurfaceSink? sink, CancellationToken cancellation)
{
    public List<MacroDeclaration> Macros { get; } = [];

    public List<EntryDeclaration> Entries { get; } = [];

    public List<ConstantDeclaration> Constants { get; } = [];

    public List<PerCpuDeclaration> PerCpu { get; } = [];

    public List<string> Functions { get; } = [];

    public List<EntryMethodModel> Methods { get; } = [];

    public List<PerCpuPropertyModel> Properties { get; } = [];

    /// <summary>The other halves of partial members that have the wrong shape.</summary>
    public List<string> Misshapen { get; } = [];

    /// <summary>Reads every member in the order of declaration.</summary>
    public void Read(INamedTypeSymbol type, bool hasSource)
    {
        foreach (var member in type.GetMembers())
        {
            cancellation.ThrowIfCancellationRequested();
            switch (member)
            {
                case { Name: "" }:
                    // Being typed.
                    break;
                case IFieldSymbol field:
                    ReadField(field, hasSource);
                    break;
                case IMethodSymbol { MethodKind: MethodKind.Ordinary } method:
                    ReadMethod(method, hasSource);
                    break;
                case IPropertySymbol property:
                    ReadProperty(property);
                    break;
            }
        }
    }

    private void ReadField(IFieldSymbol field, bool hasSource)
    {
        if (AttributeValues.Find(field, AttributeNames.Macro) is not { } macro)
        {
            if (field is { HasConstantValue: true, IsImplicitlyDeclared: false } && ConstantValue.AsInteger(field.ConstantValue) is { } value)
            {
                Constants.Add(new ConstantDeclaration(field.Name, value));
            }
        }
        else if (hasSource)
        {
            sink?.Report(
                SurfaceDiagnostics.SourceWithLiterals,
                $"The class takes its assembly from a Source, so the macro '{field.Name}' cannot be in it; put it into a class of its own.",
                macro.Location(cancellation));
        }
        else if (field is { HasConstantValue: true, ConstantValue: string body })
        {
            Macros.Add(new MacroDeclaration(field.Name, macro.Text ?? "", body));
        }
        else
        {
            sink?.Report(SurfaceDiagnostics.MacroNotConstant, $"The macro '{field.Name}' must be a constant of type string (const string {field.Name} = ...).", LocationOf(field));
        }
    }

    private void ReadMethod(IMethodSymbol method, bool hasSource)
    {
        if (AttributeValues.Find(method, AttributeNames.Entry) is { } entry)
        {
            ReadEntry(method, entry, hasSource);
        }
        else if (AttributeValues.Find(method, AttributeNames.CFunction) is not null)
        {
            if (method is { IsStatic: true, ReturnsVoid: true, IsGenericMethod: false } && IsRefCpu(method.Parameters))
            {
                Functions.Add(method.Name);
            }
            else
            {
                sink?.Report(
                    SurfaceDiagnostics.FunctionShape,
                    $"The model of the C function '{method.Name}' must have the shape 'static void {method.Name}(ref Cpu cpu)'.",
                    LocationOf(method));
            }
        }
    }

    private void ReadEntry(IMethodSymbol method, AttributeValues entry, bool hasSource)
    {
        if (!method.IsPartialDefinition || method is not { IsStatic: true, IsGenericMethod: false, RefKind: RefKind.None }
            || !KnownTypes.IsStop(method.ReturnType) || !IsRefCpu(method.Parameters))
        {
            sink?.Report(
                SurfaceDiagnostics.EntryMethodShape,
                $"The entry '{method.Name}' must have the shape 'static partial Stop {method.Name}(ref Cpu cpu);' without a body.",
                LocationOf(method));
            Complete<MethodDeclarationSyntax>(method);
            return;
        }

        var assembly = entry.Text;
        if (hasSource && !string.IsNullOrWhiteSpace(assembly))
        {
            sink?.Report(
                SurfaceDiagnostics.SourceWithLiterals,
                $"The class takes its assembly from a Source, so the entry '{method.Name}' cannot have instructions of its own.",
                entry.TextSyntax(cancellation)?.GetLocation() ?? LocationOf(method));
        }

        Entries.Add(new EntryDeclaration(method.Name, entry.NamedEnum("Kind", EntryDeclaration.DefaultKind), hasSource ? null : assembly ?? "", entry.Named("Vector") as byte?));
        if (ModifiersOf<MethodDeclarationSyntax>(method) is { } modifiers)
        {
            Methods.Add(new EntryMethodModel(method.Name, modifiers, Identifiers.Escape(method.Parameters[0].Name)));
        }
    }

    private void ReadProperty(IPropertySymbol property)
    {
        if (AttributeValues.Find(property, AttributeNames.PerCpu) is not { } perCpu)
        {
            return;
        }

        if (property is not { IsPartialDefinition: true, IsStatic: true, GetMethod: not null, SetMethod: null, RefKind: RefKind.None }
            || KnownTypes.PerCpuElement(property.Type) is not { } element)
        {
            sink?.Report(
                SurfaceDiagnostics.PerCpuPropertyShape,
                $"The per-CPU variable '{property.Name}' must have the shape 'static partial PerCpu<T> {property.Name} {{ get; }}'.",
                LocationOf(property));
            Complete<PropertyDeclarationSyntax>(property);
            return;
        }

        var size = perCpu.Named("Size") is int given and > 0 ? given : KnownTypes.SizeOf(element);
        if (size is null)
        {
            sink?.Report(
                SurfaceDiagnostics.PerCpuPropertyShape,
                $"The size of '{element.Name}' is not known while compiling; give the per-CPU variable '{property.Name}' a Size.",
                perCpu.Location(cancellation));
        }

        var offset = perCpu.Named("Offset") is int bytes and >= 0 ? bytes : (int?)null;
        PerCpu.Add(new PerCpuDeclaration(property.Name, offset, size ?? sizeof(ulong), perCpu.Named("UserMapped") is true));
        if (ModifiersOf<PropertyDeclarationSyntax>(property) is { } modifiers)
        {
            Properties.Add(new PerCpuPropertyModel(property.Name, modifiers, property.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)));
        }
    }

    private void Complete<TSyntax>(ISymbol member)
        where TSyntax : MemberDeclarationSyntax
    {
        // A member that is being typed waits for more than its other half.
        var isBeingTyped = member.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax(cancellation).ContainsDiagnostics);
        if (!isBeingTyped && ModifiersOf<TSyntax>(member) is { } modifiers && MisshapenMember.Implementation(member, modifiers) is { } implementation)
        {
            Misshapen.Add(implementation);
        }
    }

    // The user's own words, so that the implementing half agrees in all of them.
    private string? ModifiersOf<TSyntax>(ISymbol symbol)
        where TSyntax : MemberDeclarationSyntax =>
        symbol.DeclaringSyntaxReferences is [var reference, ..] && reference.GetSyntax(cancellation) is TSyntax syntax
            ? string.Join(" ", syntax.Modifiers.Select(modifier => modifier.ValueText))
            : null;

    private static bool IsRefCpu(IReadOnlyList<IParameterSymbol> parameters) =>
        parameters.Count == 1 && parameters[0] is { RefKind: RefKind.Ref, ScopedKind: ScopedKind.None, Name.Length: > 0 } && KnownTypes.IsCpu(parameters[0].Type);

    private static Location LocationOf(ISymbol symbol) => symbol.Locations.FirstOrDefault() ?? Location.None;
}
