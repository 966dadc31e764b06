namespace EntryGen.Exploration.Engine;

/// <summary>The state at which a property is first broken: itself, by a step from it, or by having no successors.</summary>
/// <param name="Property">The property's number.</param>
/// <param name="State">The state.</param>
internal readonly record struct Violation(int Property, StateId State);
