using System.Globalization;

namespace EntryGen.Kernel;

/// <summary>Vectors in words.</summary>
public static class VectorNames
{
    private static readonly string?[] _exceptions =
    [
        "#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", null, "#TS", "#NP", "#SS", "#GP", "#PF", null, "#MF", "#AC", "#MC", "#XM", "#VE", "#CP",
        null, null, null, null, null, null, null, "#VC", "#SX", null,
    ];

    /// <summary>The SDM's mnemonic of an exception (<c>#PF</c>), or the number of an interrupt.</summary>
    public static string Of(byte vector) => vector < _exceptions.Length && _exceptions[vector] is { } name
        ? name
        : string.Create(CultureInfo.InvariantCulture, $"interrupt 0x{vector:x2}");
}
