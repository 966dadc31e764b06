using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>The nodes of all units, linked: what follows what, which code replaces which, where faults go. No addresses yet.</summary>
internal sealed class CodeGraph
{
    private readonly IReadOnlyList<UnitContent> _units;
    private readonly Dictionary<CodeItem, SitePlan> _replacementOf = [];

    public CodeGraph(IReadOnlyList<UnitContent> units)
    {
        _units = units;
        Linker = new Linker(units);
        foreach (var unit in units)
        {
            CreateInstructions(unit);
            AlternativeReader.Read(unit);
        }

        foreach (var section in CodeSections())
        {
            LinkSequence(section);
        }

        foreach (var section in CodeSections())
        {
            foreach (var site in section.Sites.InOrder)
            {
                LinkSite(section, site);
            }
        }

        foreach (var plan in Plans.Values.ToList())
        {
            if (plan.Target is { Section: { } section } target)
            {
                plan.Item.Target = new BranchTarget(target.Item ?? Nowhere(section, plan.Item.Statement), null);
            }
        }

        foreach (var unit in units)
        {
            LinkExceptions(unit);
        }
    }

    /// <summary>Finds what symbols mean.</summary>
    public Linker Linker { get; }

    /// <summary>How each instruction came to be, in reading order.</summary>
    public Dictionary<Instruction, InstructionPlan> Plans { get; } = [];

    /// <summary>The records of __ex_table.</summary>
    public List<ExceptionEntry> Exceptions { get; } = [];

    /// <summary>The items of a section of a unit in layout order: sites, their original code, then their replacements, wherever those were written.</summary>
    public IEnumerable<CodeItem> ItemsOf(UnitSection section)
    {
        SitePlan? open = null;
        for (var i = 0; i <= section.Elements.Count; i++)
        {
            if (open is not null && open.End == i)
            {
                foreach (var item in Replacements(open))
                {
                    yield return item;
                }

                open = null;
            }

            foreach (var site in section.Sites.At(i))
            {
                yield return site.Item;
                if (site.End > i)
                {
                    open = site;
                    continue;
                }

                foreach (var item in Replacements(site))
                {
                    yield return item;
                }
            }

            if (i < section.Elements.Count && section.Elements[i] is CodeElement { Item: { } instruction } && !_replacementOf.ContainsKey(instruction))
            {
                yield return instruction;
            }
        }

        foreach (var stop in section.Stops)
        {
            yield return stop;
        }
    }

    /// <summary>The sections that hold instructions.</summary>
    public IEnumerable<UnitSection> CodeSections() => _units.SelectMany(unit => unit.Sections).Where(section => section.IsCode);

    private void CreateInstructions(UnitContent unit)
    {
        var planner = new InstructionPlanner(Linker);

        // A label in a section that is not there yet makes it.
        for (var i = 0; i < unit.Sections.Count; i++)
        {
            if (!unit.Sections[i].IsCode)
            {
                continue;
            }

            foreach (var element in unit.Sections[i].Elements)
            {
                unit.CountWork();
                if (element is CodeElement code)
                {
                    var plan = planner.Plan(code.Syntax, unit);
                    code.Item = plan.Item;
                    Plans.Add(plan.Item, plan);
                }
            }
        }
    }

    private void LinkSequence(UnitSection section)
    {
        foreach (var element in section.Elements)
        {
            if (element is CodeElement { Item: { } item } && GoesOn(item))
            {
                item.Next = section.ItemFrom(element.Sequence + 1) is { } next && !ReferenceEquals(next, item) ? next : null;
            }
        }

        // Several instructions of one statement have one sequence.
        for (var i = 0; i + 1 < section.Elements.Count; i++)
        {
            if (section.Elements[i] is CodeElement { Item: { } item } element && section.Elements[i + 1] is CodeElement { Item: { } following } next
                && element.Sequence == next.Sequence && GoesOn(item))
            {
                item.Next = following;
            }
        }
    }

    private bool GoesOn(Instruction item) => item.Info.ControlFlow switch
    {
        ControlFlow.Jump or ControlFlow.Return or ControlFlow.InterruptReturn or ControlFlow.SystemReturn => false,
        ControlFlow.Call => Plans[item].Target is not { IsExternal: true } target || !KernelSymbols.IsNoReturn(target.Name),
        _ => item.Info.Op != Op.Ud2,
    };

    private void LinkSite(UnitSection section, SitePlan site)
    {
        site.Item.Next = section.ItemFrom(site.EndSequence);
        var original = site.End > site.First ? (section.Elements[site.First] as CodeElement)?.Item : site.Item.Next;
        if (original is null)
        {
            Report(section, site.Choices[0], site.End > site.First ? "its original is data." : "nothing follows it.");
            site.Item.Original = Nowhere(section, site.Choices[0].Record);
            site.Choices.Clear();
            return;
        }

        site.Item.Original = original;
        site.Item.Choices = [.. site.Choices.Select(choice => LinkChoice(section, site, choice))];
    }

    private AlternativeChoice LinkChoice(UnitSection section, SitePlan site, ChoicePlan choice)
    {
        CodeItem? first = null;
        for (var i = choice.First; i < choice.End; i++)
        {
            if (choice.Section.Elements[i] is not CodeElement { Item: { } item })
            {
                Report(section, choice, "its replacement is data.");
                continue;
            }

            first ??= item;
            if (!_replacementOf.ContainsKey(item))
            {
                _replacementOf.Add(item, site);
            }

            if (i == choice.End - 1)
            {
                item.Next = GoesOn(item) ? site.Item.Next : null;
            }
        }

        var target = first ?? site.Item.Next;
        if (target is null)
        {
            Report(section, choice, "nothing follows it.");
            target = Nowhere(section, choice.Record);
        }

        // The feature gets its name and index when it is known which sites are kept.
        var feature = new CpuFeature("", choice.FeatureNumber, -1);
        return new AlternativeChoice(feature, choice.Inverted, choice.IsDirectCall ? site.Item.Original : target) { IsDirectCall = choice.IsDirectCall };
    }

    // Code that runs off the end of its section, or jumps there or to data, stops there.
    private Instruction Nowhere(UnitSection section, Statement origin)
    {
        var plan = new InstructionPlanner(Linker).Plan(InstructionParser.Unmodelled(origin, origin.Name), section.Unit);
        Plans.Add(plan.Item, plan);
        section.Stops.Add(plan.Item);
        return plan.Item;
    }

    private static void Report(UnitSection section, ChoicePlan choice, string message) =>
        new StatementErrors(choice.Record, section.Unit.Diagnostics).At(
            ProgramDiagnostics.MalformedAlternative, choice.Record.Text, "this alternative cannot be understood: " + message);

    // Code that two records share belongs to the first.
    private IEnumerable<CodeItem> Replacements(SitePlan site)
    {
        foreach (var choice in site.Choices)
        {
            for (var i = choice.First; i < choice.End; i++)
            {
                if (choice.Section.Elements[i] is CodeElement { Item: { } item } && ReferenceEquals(_replacementOf[item], site)
                    && !site.Choices.TakeWhile(earlier => !ReferenceEquals(earlier, choice)).Any(earlier => Covers(earlier, choice.Section, i)))
                {
                    yield return item;
                }
            }
        }
    }

    private static bool Covers(ChoicePlan choice, UnitSection section, int element) =>
        ReferenceEquals(choice.Section, section) && element >= choice.First && element < choice.End;

    /// <summary>Where a symbol that a record names is.</summary>
    public RecordedPlace Place(UnitContent unit, SymbolTerm term)
    {
        var target = Linker.Look(unit, term);
        return new RecordedPlace(term.Name, term.Definition, target.Item);
    }

    private void LinkExceptions(UnitContent unit)
    {
        foreach (var (from, to, data, handler, statement) in ExceptionTableReader.Read(unit))
        {
            var source = InstructionAt(Linker.Link(unit, from).Item);
            var landing = Linker.Link(unit, to).Item;
            if (source is null || landing is null)
            {
                var missing = source is null ? from : to;
                new StatementErrors(statement, unit.Diagnostics).At(
                    ProgramDiagnostics.MalformedExceptionEntry, statement.Text, $"'{missing.Name}' is no instruction of this Program.");
                continue;
            }

            var entry = new ExceptionEntry(new RecordedPlace(from.Name, from.Definition, source), Place(unit, to), data, handler, statement);
            Exceptions.Add(entry);
            source.ExceptionHandler = new ExceptionEdge(landing, entry.Type);
        }
    }

    private static Instruction? InstructionAt(CodeItem? item) => item is AlternativeSite site ? InstructionAt(site.Original) : item as Instruction;
}
