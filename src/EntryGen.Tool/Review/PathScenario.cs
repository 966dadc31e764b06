using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Tool.Review;

/// <summary>A state of the machine in which every entry that can be reached from it is run, to compare what it costs.</summary>
/// <param name="From">What is interrupted, in words.</param>
/// <param name="Features">The CPU features, in words.</param>
/// <param name="Start">What the event finds.</param>
/// <param name="Options">The kernel around it.</param>
internal sealed record PathScenario(string From, string Features, StartState Start, KernelOptions Options)
{
    private static readonly (string Words, StartState Start)[] _starts =
    [
        ("user mode", StartState.User),
        ("user mode on a 16-bit stack", StartState.UserOn16BitStack),
        ("the kernel", StartState.Kernel),
        ("the kernel with user CR3 and GS", StartState.Kernel with { Cr3 = Side.User, Gs = Side.User }),
        ("the kernel with user CR3", StartState.Kernel with { Cr3 = Side.User }),
    ];

    /// <summary>The scenarios of a review.</summary>
    /// <param name="features">The only features to look at; null for the usual ones, and each of those that decide about CR3 and GS taken away.</param>
    public static IReadOnlyList<PathScenario> All(FeatureSet? features)
    {
        var usual = features ?? KernelOptions.DefaultFeatures;
        var words = features is null ? "usual features" : $"features {features}";
        List<(string Words, KernelOptions Options)> kernels = [(words, new() { Features = usual })];
        if (usual.Contains("PTI") && usual.Contains("PCID"))
        {
            kernels.Add((words + ", a flush is pending", new() { Features = usual, UserFlushPending = true }));
        }

        if (features is null)
        {
            foreach (var missing in new[] { "PCID", "PTI", "FSGSBASE" })
            {
                kernels.Add(("usual features without " + missing, new() { Features = usual.Without(missing) }));
            }
        }

        return
        [
            .. from kernel in kernels
               from start in _starts
               where start.Start.Cr3 is null || kernel.Options.Pti
               select new PathScenario(start.Words, kernel.Words, start.Start, kernel.Options),
        ];
    }
}
