namespace EntryGen.Asm;

/// <summary>What the kernel's sections say about the code beside it: where faults go, what is patched, what tools were told about the stack.</summary>
/// <remarks>
/// Everything here comes from records in sections, so it does not matter which macro wrote them. Records about code that the Program does not keep are left out.
/// Tables that objtool derives from finished code (.static_call_sites, .retpoline_sites, .return_sites) are in no source; <see cref="Instruction.Thunk"/> says the same.
/// </remarks>
public sealed record SideTables
{
    /// <summary>.altinstructions, in the order in which the kernel applies it: a later record at the same place overrides an earlier one.</summary>
    public IReadOnlyList<AlternativeRecord> Alternatives { get; init; } = [];

    /// <summary>__ex_table.</summary>
    public IReadOnlyList<ExceptionEntry> Exceptions { get; init; } = [];

    /// <summary>_kprobe_blacklist: symbols in which no kprobe may be set.</summary>
    public IReadOnlyList<KprobeExclusion> KprobeBlacklist { get; init; } = [];

    /// <summary>.discard.unwind_hints, in order.</summary>
    public IReadOnlyList<UnwindHint> UnwindHints { get; init; } = [];

    /// <summary>The other .discard sections: notes for objtool, section by section.</summary>
    public IReadOnlyList<Annotation> Annotations { get; init; } = [];
}

/// <summary>A place that a record names.</summary>
/// <param name="Symbol">The symbol as written (<c>.Lhere_12</c>, <c>1b</c>, <c>asm_exc_nmi</c>).</param>
/// <param name="Label">The label it stands for; null when another unit defines it.</param>
/// <param name="Item">The code there; null for data, at the end of a section, and when no unit defines the symbol.</param>
public sealed record RecordedPlace(string Symbol, Gas.LabelDefinition? Label, CodeItem? Item);
