using System.Text.Json;

namespace EntryGen.OracleTests.Tool;

/// <summary><c>entrygen trace</c> runs the entries of both trees to their ends.</summary>
public class TraceTests
{
    private const string Entry64 = "arch/x86/entry/entry_64.S";

    public static TheoryData<string, string, string, string> Runs
    {
        get
        {
            var runs = new TheoryData<string, string, string, string>();
            foreach (var version in KernelTrees.Versions)
            {
                runs.Add(version, "entry_SYSCALL_64", "", "sysretq");
                runs.Add(version, "asm_exc_page_fault", "", "iretq");
                runs.Add(version, "asm_exc_page_fault", "--from kernel", "iretq");
                runs.Add(version, "asm_exc_nmi", "", "iretq");
                runs.Add(version, "asm_exc_nmi", "--from kernel", "iretq");
                runs.Add(version, "asm_exc_nmi", "--from kernel --cr3 user --gs user", "iretq");
                runs.Add(version, "asm_exc_machine_check", "--from kernel --cr3 user", "iretq");
            }

            return runs;
        }
    }

    [KernelTheory]
    [MemberData(nameof(Runs))]
    public void An_entry_returns_with_the_state_it_found(string version, string symbol, string options, string last)
    {
        var printed = Trace(version, symbol, options);
        var summary = printed[^1].GetProperty("summary");
        var steps = printed.SkipLast(1).ToList();
        var user = !options.Contains("--from kernel", StringComparison.Ordinal);
        Assert.Equal(user ? "returned to user mode" : "returned to kernel mode", summary.GetProperty("stop").GetString());
        Assert.StartsWith(last, steps[^1].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(user ? 3 : 0, steps[^1].GetProperty("cpl").GetInt32());
        Assert.Equal(user || options.Contains("--cr3 user", StringComparison.Ordinal) ? "user" : "kernel", steps[^1].GetProperty("cr3").GetString());
        Assert.Equal(user || options.Contains("--gs user", StringComparison.Ordinal) ? "user" : "kernel", steps[^1].GetProperty("gs").GetString());

        var instructions = steps.Where(step => step.GetProperty("kind").GetString() == "instruction").ToList();
        Assert.Equal(instructions.Count, summary.GetProperty("instructions").GetInt32());
        Assert.Equal(instructions.Count(step => step.TryGetProperty("cr3Write", out _)), summary.GetProperty("cr3Writes").GetInt32());
        Assert.Equal(instructions.Sum(step => step.GetProperty("memoryAccesses").GetInt32()), summary.GetProperty("memoryAccesses").GetInt32());
        Assert.Equal(steps.Sum(step => step.GetProperty("copiedWords").GetInt32()), summary.GetProperty("copiedWords").GetInt32());
    }

    [KernelTheory]
    [InlineData("6.1", 1)]
    [InlineData("6.12", 0)]
    public void An_nmi_in_the_kernel_writes_CR3_on_return_in_6_1_only(string version, int writes)
    {
        var printed = Trace(version, "asm_exc_nmi", "--from kernel");
        Assert.Equal(writes, printed[^1].GetProperty("summary").GetProperty("cr3Writes").GetInt32());
        var written = printed.SkipLast(1).Where(step => step.TryGetProperty("cr3Write", out _)).ToList();
        Assert.All(written, step => Assert.Contains("RESTORE_CR3", step.GetProperty("stack")[0].GetString(), StringComparison.Ordinal));
        Assert.All(written, step => Assert.True(step.GetProperty("cr3Write").GetProperty("noflush").GetBoolean()));
    }

    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Without_isolation_CR3_is_never_written(string version)
    {
        var printed = Trace(version, "entry_SYSCALL_64", "--features SMAP,SMEP");
        Assert.Equal(0, printed[^1].GetProperty("summary").GetProperty("cr3Writes").GetInt32());
    }

    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Units_are_linked_and_the_system_call_of_another_one_runs(string version)
    {
        var printed = KernelTool.Run(version, "trace", "entry_SYSENTER_compat", Entry64, "arch/x86/entry/entry_64_compat.S");
        Assert.Equal("returned to user mode", printed[^1].GetProperty("summary").GetProperty("stop").GetString());
    }

    private static IReadOnlyList<JsonElement> Trace(string version, string symbol, string options) =>
        KernelTool.Run(version, ["trace", symbol, Entry64, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
}
