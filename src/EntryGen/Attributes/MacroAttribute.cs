namespace EntryGen;

/// <summary>Makes a string constant the body of a GNU as macro named like the constant.</summary>
/// <param name="signature">Formals as after <c>.macro NAME</c>: separated by blanks or commas, with <c>:req</c>, <c>:vararg</c> or <c>=default</c>.</param>
[AttributeUsage(AttributeTargets.Field, Inherited = false)]
public sealed class MacroAttribute(string signature = "") : Attribute
{
    /// <summary>The formals.</summary>
    public string Signature { get; } = signature;
}
