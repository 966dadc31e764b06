using Microsoft.CodeAnalysis;

namespace EntryGen.Surface;

/// <summary>Recognizes the types that declarations are made of.</summary>
internal static class KnownTypes
{
    public static bool IsStop(ITypeSymbol type) => IsNamed(type, "Stop", arity: 0);

    public static bool IsCpu(ITypeSymbol type) => IsNamed(type, "Cpu", arity: 0);

    /// <summary>The <c>T</c> of <c>PerCpu&lt;T&gt;</c>, or null for another type.</summary>
    public static ITypeSymbol? PerCpuElement(ITypeSymbol type) =>
        type is INamedTypeSymbol named && IsNamed(type, "PerCpu", arity: 1) ? named.TypeArguments[0] : null;

    /// <summary>Bytes that a value takes, or null when only the runtime knows.</summary>
    public static int? SizeOf(ITypeSymbol type) => type switch
    {
        INamedTypeSymbol { EnumUnderlyingType: { } underlying } => SizeOf(underlying),
        { SpecialType: SpecialType.System_Boolean or SpecialType.System_Byte or SpecialType.System_SByte } => 1,
        { SpecialType: SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_Char } => 2,
        { SpecialType: SpecialType.System_Int32 or SpecialType.System_UInt32 } => 4,
        { SpecialType: SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_IntPtr or SpecialType.System_UIntPtr } => 8,
        _ => null,
    };

    private static bool IsNamed(ITypeSymbol type, string name, int arity) =>
        type is INamedTypeSymbol { ContainingType: null, ContainingNamespace: { Name: AttributeNames.Namespace, ContainingNamespace.IsGlobalNamespace: true } } named
        && named.Name == name && named.Arity == arity;
}
