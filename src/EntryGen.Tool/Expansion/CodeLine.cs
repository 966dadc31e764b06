using EntryGen.Asm.Gas;

namespace EntryGen.Tool.Expansion;

/// <summary>A statement of code and the features with which it runs.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Section">The section it runs in: of a replacement that of the code it replaces.</param>
/// <param name="Condition">The features, <c>PTI,!PCID</c>; empty when it always runs, or when features were chosen.</param>
internal readonly record struct CodeLine(Statement Statement, string Section, string Condition);
