using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>One macro call in progress: who was called, from where. Equal by value.</summary>
public sealed class MacroFrame : IReadText, IEquatable<MacroFrame>
{
    /// <summary>A call.</summary>
    /// <param name="name">The macro's name as defined.</param>
    /// <param name="call">The call as read.</param>
    /// <param name="parent">The frame in whose body the call stands, or null.</param>
    /// <param name="macro">The macro; null for a repetition.</param>
    /// <param name="text">What it was expanded to.</param>
    internal MacroFrame(string name, TextSlice call, MacroFrame? parent, MacroDefinition? macro, TracedText text)
    {
        Name = name;
        Call = call;
        Parent = parent;
        Macro = macro;
        Text = text;
        Depth = (parent?.Depth ?? 0) + 1;
    }

    /// <summary>The macro's name as defined; <c>.rept</c>, <c>.irp</c> or <c>.irpc</c> for a repetition.</summary>
    public string Name { get; }

    /// <summary>The call as written.</summary>
    public SourceSpan? CallSite => Call.Span;

    /// <summary>The frame in whose body the call stands, or null.</summary>
    public MacroFrame? Parent { get; }

    /// <summary>The macro's name where it is defined; null for a repetition.</summary>
    public SourceSpan? Definition => Macro?.Definition;

    /// <summary>1 for a call at top level.</summary>
    public int Depth { get; }

    /// <summary>The call as part of the text that it was read from.</summary>
    internal TextSlice Call { get; }

    /// <summary>The macro; null for a repetition.</summary>
    internal MacroDefinition? Macro { get; }

    /// <summary>Its place among the calls of its passage.</summary>
    internal int Index { get; init; }

    /// <summary>Whether <c>\@</c> may have been written out in it.</summary>
    internal bool HasCounter { get; init; }

    /// <summary>What the call was expanded to.</summary>
    internal TracedText Text { get; }

    TracedText IReadText.Text => Text;

    /// <summary>The frames from the outermost to this one.</summary>
    public IReadOnlyList<MacroFrame> OutermostFirst()
    {
        var frames = new MacroFrame[Depth];
        var i = Depth;
        for (var frame = this; frame is not null; frame = frame.Parent)
        {
            frames[--i] = frame;
        }

        return frames;
    }

    /// <inheritdoc/>
    public bool Equals(MacroFrame? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Depth == other.Depth && Name == other.Name && CallSite == other.CallSite && Definition == other.Definition && Equals(Parent, other.Parent));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MacroFrame);

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((StringComparer.Ordinal.GetHashCode(Name) * 31) + CallSite.GetHashCode() + Depth);
}
