using System.Reflection;
using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>Looks for padding: bytes that no field sets could make equal states differ.</summary>
internal static class StateLayout
{
    /// <summary>Refuses a type with padding.</summary>
    /// <exception cref="ArgumentException">The type, or one of a field, has bytes that belong to no field.</exception>
    public static void RequireNoPadding<TState>()
        where TState : unmanaged
    {
        if (PaddedPart(typeof(TState)) is { } part)
        {
            throw new ArgumentException(
                $"The state type {typeof(TState).Name} cannot be explored: {part.Name} has padding between or behind its fields, and states are compared by their bytes. " +
                "Order its fields by size, add fields for the gaps, or set [StructLayout(Pack = 1)].");
        }
    }

    private static Type? PaddedPart(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || type.IsPointer || type.IsFunctionPointer)
        {
            return null;
        }

        var fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        var used = fields.Sum(SizeOf);
        if (type.GetCustomAttribute<InlineArrayAttribute>() is { } array)
        {
            used *= array.Length;
        }

        // Fields that share bytes (an explicit layout) add up to more than the size: nothing can be said about gaps, and the author decided on every offset.
        return used < RuntimeHelpers.SizeOf(type.TypeHandle)
            ? type
            : fields.Where(field => field.GetCustomAttribute<FixedBufferAttribute>() is null).Select(field => PaddedPart(field.FieldType)).FirstOrDefault(part => part is not null);
    }

    private static int SizeOf(FieldInfo field)
    {
        // The compiler makes one field of a fixed-size buffer, in a type that is longer than it.
        return field.GetCustomAttribute<FixedBufferAttribute>() is { } buffer
            ? buffer.Length * RuntimeHelpers.SizeOf(buffer.ElementType.TypeHandle)
            : RuntimeHelpers.SizeOf(field.FieldType.TypeHandle);
    }
}
