namespace EntryGen.Exploration.Scenarios;

/// <summary>
/// Declares a question about an entry on a partial class. The generator adds <c>Scenarios</c> to the class: an <see cref="EntryScenario"/> for each state from which the entry
/// is reached, in the order of the attributes. Tests explore them, and <c>entrygen explore ENTRY out.dll</c> does.
/// </summary>
/// <remarks>Properties of the class's own are methods marked <see cref="ScenarioPropertyAttribute"/>; each scenario of the class asks them too.</remarks>
/// <example>
/// <code>
/// [Scenario("asm_exc_nmi", Unit = typeof(Paranoid), From = ScenarioStarts.Kernel | ScenarioStarts.KernelOnUserCr3,
///     Inject = InjectedEvents.Nmi | InjectedEvents.MachineCheck, Most = 2, MayDo = [nameof(HandlerEffect.LazyMm)], Ask = ["P1.1", "P1.4"])]
/// public static partial class NmiScenarios;
/// </code>
/// </example>
/// <param name="entry">The symbol of an entry that the unit declares.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ScenarioAttribute(string entry) : Attribute
{
    /// <summary>The entry.</summary>
    public string Entry { get; } = entry;

    /// <summary>The <c>[EntryCode]</c> class that has the entry; null for the class that the attribute is on.</summary>
    public Type? Unit { get; set; }

    /// <summary>From where the entry is reached; without it from everywhere it can be.</summary>
    public ScenarioStarts From { get; set; }

    /// <summary>All CPU features that are on, without <c>X86_FEATURE_</c>; when nothing is said those of <see cref="EntryGen.Kernel.KernelOptions.DefaultFeatures"/>.</summary>
    public string[]? Features { get; set; }

    /// <summary>What may happen at every instruction boundary.</summary>
    public InjectedEvents Inject { get; set; }

    /// <summary>How many of these events in one run, nested or one after the other: 0 to 16.</summary>
    public int Most { get; set; } = 1;

    /// <summary>
    /// What C functions may do to the address space: members of <see cref="Handlers.HandlerEffect"/> (<c>nameof(HandlerEffect.LazyMm)</c>, or as commands call it <c>lazy-mm</c>), or
    /// static members of the class that have this type.
    /// </summary>
    public string[] MayDo { get; set; } = [];

    /// <summary>Ids of the properties to ask (<see cref="PropertyIds"/>); without any all of <see cref="EntryProperties.All"/>, with a worst-case TLB <see cref="EntryProperties.TranslationsPresent"/> too.</summary>
    public string[] Ask { get; set; } = [];

    /// <summary>Whether the TLB is at its worst: see <see cref="EntryScenario.WithWorstCaseTlb"/>.</summary>
    public bool WithWorstCaseTlb { get; set; }

    /// <summary>Whether events may happen also where the kernel sees to it that they do not.</summary>
    public bool WithoutKernelAssumptions { get; set; }
}

/// <summary>Makes a method a property that the scenarios of its class ask besides the named ones. It has the shape <c>static bool name(EntryState state)</c>; its name is the property's id.</summary>
/// <param name="words">What it demands, in words.</param>
/// <param name="at">When it is looked at.</param>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class ScenarioPropertyAttribute(string words, Moments at) : Attribute
{
    /// <summary>What it demands, in words.</summary>
    public string Words { get; } = words;

    /// <summary>When it is looked at.</summary>
    public Moments At { get; } = at;
}
