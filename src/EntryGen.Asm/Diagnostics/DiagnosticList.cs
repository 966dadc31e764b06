namespace EntryGen.Asm.Diagnostics;

/// <summary>Collects what is wrong, up to a number for each severity; the message after the last one says that there are more.</summary>
internal sealed class DiagnosticList(int limit)
{
    private readonly List<AsmDiagnostic> _items = [];
    private readonly Dictionary<AsmSeverity, int> _counts = [];

    /// <summary>What was collected, in order.</summary>
    public IReadOnlyList<AsmDiagnostic> Items => _items;

    /// <summary>Whether another message of a severity would be kept: if not, what it costs to word it can be saved.</summary>
    public bool HasRoomFor(AsmDiagnosticDescriptor descriptor) => CountOf(descriptor) < limit;

    /// <summary>Adds a message.</summary>
    public void Add(AsmDiagnostic diagnostic)
    {
        var count = CountOf(diagnostic.Descriptor);
        _counts[diagnostic.Descriptor.Severity] = count + 1;
        if (count < limit)
        {
            _items.Add(diagnostic);
        }
        else if (count == limit)
        {
            var what = diagnostic.Descriptor.Severity == AsmSeverity.Error ? "errors" : "warnings";
            _items.Add(diagnostic with { Message = $"There are more than {limit} {what} in what the statements mean; from here on they are not listed.", Suggestion = null });
        }
    }

    private int CountOf(AsmDiagnosticDescriptor descriptor) => _counts.TryGetValue(descriptor.Severity, out var count) ? count : 0;
}
