using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.Kernel;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>All code of both trees that Unicorn can run, whether an entry reaches it or not: from every instruction that no path has come by, with random registers.</summary>
public sealed class KernelStraightPathTests(ITestOutputHelper output)
{
    private const int States = 4, MostStates = 200;

    // Alternatives: what the default features choose, what they do not, and what mitigations choose. Unicorn has no PCID, and its SMAP does nothing.
    private static readonly FeatureSet[] _features =
    [
        KernelOptions.DefaultFeatures.Without("PCID", "SMAP"),
        FeatureSet.None,
        FeatureSet.None.With("PTI", "XENPV", "KERNEL_IBRS", "CLEAR_CPU_BUF", "CLEAR_BHB_LOOP", "UNRET", "SRSO", "CALL_DEPTH", "FENCE_SWAPGS_USER", "FENCE_SWAPGS_KERNEL"),
    ];

    [KernelUnicornTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Every_instruction_lies_on_a_path_that_ends_in_the_same_state(string version)
    {
        var code = KernelCode.Whole(version);
        var judged = code.Instructions.Where(instruction => KernelLockstep.Judges(instruction) && instruction.Info.Op != Op.Hlt).OrderBy(instruction => instruction.Address).ToList();
        var (starts, paths, compared, covered) = (0, 0, 0, new HashSet<ulong>());
        foreach (var features in _features)
        {
            using var lockstep = new KernelLockstep(code, KernelEnvironment.Create(code.Unit, new KernelOptions { Features = features, MemorySize = 4 << 20 }));
            foreach (var instruction in judged.Where(instruction => !covered.Contains(instruction.Address)))
            {
                starts += lockstep.Covered.Contains(instruction.Address) ? 0 : 1;
                RunFrom(lockstep, code, instruction);
            }

            covered.UnionWith(lockstep.Covered);
            paths += lockstep.StraightPaths;
            compared += lockstep.Compared;
        }

        var alone = code.Instructions.Count(instruction => !KernelLockstep.Judges(instruction));
        output.Report(
            "kernel code against Unicorn, every instruction", version, ("instructions", code.Count), ("compared", covered.Count),
            ("that Unicorn cannot run", alone), ("starts", starts), ("straight paths", paths), ("comparisons", compared));
        Assert.Empty(judged.Where(instruction => !covered.Contains(instruction.Address)).Select(instruction => $"{code.Unit.Locate(instruction.Address)} {instruction}"));
    }

    private static void RunFrom(KernelLockstep lockstep, KernelCode code, Instruction instruction)
    {
        if (lockstep.Covered.Contains(instruction.Address))
        {
            return;
        }

        // One seed for each start: it does not depend on what was run before. Most random operands of BT lead nowhere.
        var random = new Random((int)instruction.Address);
        for (var state = 0; state < States || (state < MostStates && !lockstep.Covered.Contains(instruction.Address)); state++)
        {
            var difference = lockstep.RunFrom(instruction.Address, random);
            Assert.True(difference is null, $"from {code.Unit.Locate(instruction.Address)} '{instruction}', state {state}: {difference}");
        }
    }
}
