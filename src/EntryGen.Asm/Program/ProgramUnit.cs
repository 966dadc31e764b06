using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;

namespace EntryGen.Asm;

/// <summary>One assembly unit that goes into a Program.</summary>
/// <param name="Name">Its name: what distinguishes file-local symbols of different units that have the same name.</param>
/// <param name="Listing">The unit as the assembler executes it.</param>
/// <param name="Macros">The preprocessor's macros at its end: they name CPU features and give the constants of asm-offsets.h.</param>
public sealed record ProgramUnit(string Name, AssemblyListing Listing, MacroTable Macros);
