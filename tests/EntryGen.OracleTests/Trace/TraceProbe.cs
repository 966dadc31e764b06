using EntryGen.Kernel;
using EntryGen.Tracing;
namespace EntryGen.OracleTests.Trace;
public class TraceProbe
{
    [Theory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Probe(string version)
    {
        var unit = KernelUnit.Of(version);
        using var o = new StreamWriter($"/tmp/probe-{version}.txt");
        foreach (var e in unit.Externals.Values) { o.WriteLine(e); }
        foreach (var e in unit.Sections) { o.WriteLine(e with { Data = default }); }
        o.WriteLine(string.Join(",", unit.Features));
        o.WriteLine(string.Join(",", unit.Constants.Select(c => $"{c.Key}={c.Value}")));
        foreach (var (symbol, start) in new[] {
            ("entry_SYSCALL_64", StartState.User), ("asm_exc_page_fault", StartState.User), ("asm_exc_page_fault", StartState.Kernel),
            ("asm_exc_nmi", StartState.User), ("asm_exc_nmi", StartState.Kernel), ("asm_exc_machine_check", StartState.Kernel with { Cr3 = Side.User }) })
        {
            o.WriteLine($"===== {symbol} {start}");
            try {
                var env = KernelEnvironment.Create(unit);
                var t = TraceRecorder.Record(env, symbol, start, 2000);
                TraceText.Write(o, t);
                foreach (var d in t.Differences) { o.WriteLine(d); }
            } catch (Exception ex) { o.WriteLine(ex); }
        }
    }
}
