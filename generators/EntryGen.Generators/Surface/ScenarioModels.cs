using EntryGen.Asm.Units;

namespace EntryGen.Surface;

/// <summary>A class with <c>[Scenario]</c> attributes as strings and numbers: all that its generated half depends on. Equal by value.</summary>
/// <param name="Hierarchy">How to open the class again.</param>
/// <param name="Scenarios">The scenarios, those that can be understood.</param>
/// <param name="Properties">The class's own properties.</param>
internal sealed record ScenarioClassModel(TypeHierarchy Hierarchy, EquatableArray<ScenarioModel> Scenarios, EquatableArray<ScenarioPropertyModel> Properties);

/// <summary>One <c>[Scenario]</c>. C# expressions are fully qualified.</summary>
/// <param name="Unit">The unit's class.</param>
/// <param name="Entry">The entry.</param>
/// <param name="From">The states it is reached from, an expression.</param>
/// <param name="Features">The features that are on; null for the defaults.</param>
/// <param name="Inject">The events, an expression; empty for none.</param>
/// <param name="Most">How many of them.</param>
/// <param name="Effects">What C functions may do, expressions.</param>
/// <param name="Asked">Ids of properties; empty for all.</param>
/// <param name="WithWorstCaseTlb">Whether the TLB is at its worst.</param>
/// <param name="WithoutKernelAssumptions">Whether events may happen also where the kernel rules them out.</param>
internal sealed record ScenarioModel(
    string Unit,
    string Entry,
    string From,
    EquatableArray<string>? Features,
    string Inject,
    int Most,
    EquatableArray<string> Effects,
    EquatableArray<string> Asked,
    bool WithWorstCaseTlb,
    bool WithoutKernelAssumptions);

/// <summary>A method marked <c>[ScenarioProperty]</c>.</summary>
/// <param name="Method">The method's name: also the property's id.</param>
/// <param name="Words">What it demands.</param>
/// <param name="At">When, an expression.</param>
internal sealed record ScenarioPropertyModel(string Method, string Words, string At);
