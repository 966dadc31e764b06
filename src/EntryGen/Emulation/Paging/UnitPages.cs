namespace EntryGen.Emulation;

/// <summary>Pages that a unit's tables ask for, with what each must allow.</summary>
/// <param name="Start">The first page.</param>
/// <param name="Pages">How many.</param>
/// <param name="Writable">Something on them is data.</param>
/// <param name="Executable">Something on them is code.</param>
/// <param name="UserMapped">Something on them is in the user half.</param>
internal readonly record struct UnitPages(VirtualAddress Start, int Pages, bool Writable, bool Executable, bool UserMapped)
{
    /// <summary>Whether an address lies on one of the pages.</summary>
    public bool Contains(ulong address) => address - Start.Value < End.Value - Start.Value;

    private VirtualAddress End => Start + (long)Pages * PhysicalMemory.PageSize;

    /// <summary>
    /// Code and data of the unit, and the external functions and data it refers to. Several things on one page get what any of them needs. Data that the
    /// user half maps lies
    /// among entry text, which is read-only.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="alsoUserMapped">Names of sections and data that the user half maps although the unit does not say so.</param>
    public static IEnumerable<UnitPages> Static(EntryUnit unit, IReadOnlyCollection<string>? alsoUserMapped = null) => Merge(
        unit.Sections.Select(section => Around(section.Address, section.Size, !section.Executable, section.Executable, section.UserMapped || Names(alsoUserMapped, section.Name)))
            .Concat(unit.Externals.Values
                .Where(external => external.Kind != ExternalKind.PerCpu)
                .Select(external => Around(
                    external.Address,
                    external.Size,
                    writable: external.Kind == ExternalKind.Data && !external.UserMapped,
                    executable: external.Kind == ExternalKind.Function,
                    external.UserMapped || Names(alsoUserMapped, external.Name)))));

    /// <summary>The unit's per-CPU variables.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="perCpuBase">Where the CPU has them.</param>
    /// <param name="alsoUserMapped">Names of those that the user half maps although the unit does not say so.</param>
    public static IEnumerable<UnitPages> PerCpu(EntryUnit unit, VirtualAddress perCpuBase, IReadOnlyCollection<string>? alsoUserMapped = null) => Merge(
        unit.Externals.Values
            .Where(external => external.Kind == ExternalKind.PerCpu)
            .Select(external => Around(perCpuBase.Value + external.Address, external.Size, writable: true, executable: false, external.UserMapped || Names(alsoUserMapped, external.Name))));

    private static bool Names(IReadOnlyCollection<string>? names, string name) => names is not null && names.Contains(name);

    private static UnitPages Around(ulong address, ulong size, bool writable, bool executable, bool userMapped)
    {
        var start = new VirtualAddress(address).Page;
        var last = new VirtualAddress(address + Math.Max(size, 1) - 1).Page;
        return new(start, (int)((last.Value - start.Value) / PhysicalMemory.PageSize) + 1, writable, executable, userMapped);
    }

    /// <summary>Splits into pages, unites what falls on one page, and joins neighbours that allow the same.</summary>
    private static List<UnitPages> Merge(IEnumerable<UnitPages> extents)
    {
        var byPage = new SortedDictionary<ulong, UnitPages>();
        foreach (var extent in extents)
        {
            for (var page = extent.Start; page.Value < extent.End.Value; page += PhysicalMemory.PageSize)
            {
                var one = extent with { Start = page, Pages = 1 };
                byPage[page.Value] = byPage.TryGetValue(page.Value, out var there) ? one.United(there) : one;
            }
        }

        var runs = new List<UnitPages>();
        foreach (var page in byPage.Values)
        {
            if (runs.Count > 0 && runs[^1] is var run && run.End == page.Start && run with { Start = page.Start, Pages = 1 } == page)
            {
                runs[^1] = run with { Pages = run.Pages + 1 };
            }
            else
            {
                runs.Add(page);
            }
        }

        return runs;
    }

    private UnitPages United(UnitPages other) => this with
    {
        Writable = Writable || other.Writable,
        Executable = Executable || other.Executable,
        UserMapped = UserMapped || other.UserMapped,
    };
}
