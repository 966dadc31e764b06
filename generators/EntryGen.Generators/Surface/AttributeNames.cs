namespace EntryGen.Surface;

/// <summary>Names of the types of the <c>EntryGen</c> assembly that declarations are made of. No component references that assembly.</summary>
internal static class AttributeNames
{
    public const string Namespace = "EntryGen";
    public const string EntryCode = "EntryGen.EntryCodeAttribute";
    public const string Entry = "EntryGen.EntryAttribute";
    public const string Macro = "EntryGen.MacroAttribute";
    public const string PerCpu = "EntryGen.PerCpuAttribute";
    public const string CFunction = "EntryGen.CFunctionAttribute";

    public const string ScenarioNamespace = "EntryGen.Exploration.Scenarios";
    public const string Scenario = ScenarioNamespace + ".ScenarioAttribute";
    public const string ScenarioProperty = ScenarioNamespace + ".ScenarioPropertyAttribute";
    public const string PropertyIds = ScenarioNamespace + ".PropertyIds";
    public const string HandlerEffect = ScenarioNamespace + ".Handlers.HandlerEffect";
    public const string EntryState = ScenarioNamespace + ".EntryState";
}
