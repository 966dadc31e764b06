namespace EntryGen;

/// <summary>Makes a method the model of the C function of the same name, which the assembly calls.</summary>
/// <remarks>
/// The method has the shape <c>static void name(ref Cpu cpu)</c>; RSP points at the return address, as at the first instruction of a function,
/// and the machine returns to it afterwards. A function without a model leaves distinct poison values in the caller-saved registers
/// (RAX RCX RDX RSI RDI R8-R11); an instruction that uses one stops the run with <see cref="StopKind.UndefinedValue"/>.
/// </remarks>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class CFunctionAttribute : Attribute;
