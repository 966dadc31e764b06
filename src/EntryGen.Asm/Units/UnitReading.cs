using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;

namespace EntryGen.Asm.Units;

/// <summary>What reading a unit gave: code to run when there was no error, and everything found.</summary>
public sealed class UnitReading
{
    /// <summary>What was read.</summary>
    public required UnitInputs Inputs { get; init; }

    /// <summary>The code; null when an error was found.</summary>
    public Program? Program { get; init; }

    /// <summary>What the Program was made of; null when an error was found.</summary>
    public AssemblyListing? Listing { get; init; }

    /// <summary>The way back to the author's places.</summary>
    internal UnitTexts? Texts { get; init; }

    /// <summary>What was found, in the order of reading.</summary>
    public required IReadOnlyList<UnitFinding> Findings { get; init; }

    /// <summary>How many of its statements were taken over from the reading before it.</summary>
    public int RepeatedStatements { get; init; }

    /// <summary>Whether something was found that keeps the unit from running.</summary>
    public bool HasErrors => Findings.Any(finding => finding.Diagnostic.Descriptor.Severity == AsmSeverity.Error);
}
