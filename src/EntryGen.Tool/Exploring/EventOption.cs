using System.CommandLine;
using EntryGen.Exploration.Scenarios;

namespace EntryGen.Tool.Exploring;

/// <summary>The option <c>--inject</c>: what may interrupt.</summary>
internal static class EventOption
{
    private static readonly (string Name, InjectedEvents Event)[] _names =
    [
        ("nmi", InjectedEvents.Nmi), ("mc", InjectedEvents.MachineCheck), ("db", InjectedEvents.Debug), ("irq", InjectedEvents.Interrupt),
        ("pf", InjectedEvents.PageFault), ("gp", InjectedEvents.GeneralProtection), ("ss", InjectedEvents.StackFault), ("np", InjectedEvents.SegmentNotPresent),
    ];

    /// <summary>Creates it.</summary>
    public static Option<InjectedEvents> Create() => new("--inject")
    {
        Description = "What may happen at every instruction boundary, separated by commas; '' for nothing (default: nmi,mc,db,irq). "
            + "Faults that user code or what is mapped decides about must be asked for: gp, ss and np of returns to user mode, pf, gp and np of the exception table.",
        HelpName = "nmi,mc,db,irq,pf,gp,ss,np",
        CustomParser = result =>
        {
            var events = InjectedEvents.None;
            foreach (var word in result.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var found = Array.Find(_names, known => known.Name == word);
                if (found.Name is null)
                {
                    result.AddError($"'{word}' is no event: --inject takes nmi, mc, db, irq, pf, gp, ss and np.");
                }

                events |= found.Event;
            }

            return events;
        },
    };

    /// <summary>The events in the words of the option.</summary>
    public static string Describe(InjectedEvents events) =>
        events == InjectedEvents.None ? "nothing" : string.Join(',', _names.Where(known => events.HasFlag(known.Event)).Select(known => known.Name));
}
