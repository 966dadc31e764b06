using EntryGen.Kernel;
using EntryGen.Tracing;
using Kaiser;

foreach (var unit in new[] { EntriesToday.EntryUnit, EntriesNovember2017.EntryUnit })
{
    foreach (var entry in unit.Entries.Values.Where(e => e.Kind != EntryGen.EntryKind.Call))
    {
        foreach (var start in new[] { StartState.User, StartState.Kernel, StartState.User with { On16BitStack = true } })
        {
            try
            {
                var t = TraceRecorder.Record(KernelEnvironment.Create(unit, new KernelOptions { Features = unit == EntriesNovember2017.EntryUnit ? new EntryGen.FeatureSet("PTI", "SYSCALL32", "SYSENTER32", "SMEP", "SMAP") : KernelOptions.DefaultFeatures }), entry.Name, start);
                Console.WriteLine($"{unit} {entry.Name} {start.From} {start.On16BitStack}: {t.Summary.Stop} {t.Summary.Instructions} {string.Join(" ", t.Differences.Select(d => d.Register))}");
            }
            catch (ArgumentException e) { Console.WriteLine($"{entry.Name} {start.From}: {e.Message}"); }
        }
    }
}
