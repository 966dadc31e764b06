using System.CommandLine;
using EntryGen.Tool.Input;
using EntryGen.Tool.Linting;
using EntryGen.Tool.Patches;
using EntryGen.Tool.Review;

namespace EntryGen.Tool.Commands;

/// <summary><c>entrygen review</c>: what a patch changes in entry code.</summary>
internal static class ReviewCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Host host)
    {
        var patch = new Option<string>("--patch")
        {
            Description = "Unified diff, mail of git format-patch, or mailbox of several. It is applied in memory; the tree stays as it is.",
            HelpName = "FILE",
            Required = true,
        };
        var input = new InputOptions(isOptional: true);
        var entryOption = new EntryOption();
        var features = new FeatureOption("only what happens with these is compared.", defaults: null);
        var format = FormatOption.Create();
        var command = new Command("review", "Compares entry code before and after a patch: findings gained and lost, what every path through every entry costs, and the verdicts on the paths that change.");
        input.AddTo(command);
        command.Add(patch);
        entryOption.AddTo(command);
        features.AddTo(command);
        command.Add(format);
        command.SetAction(result =>
        {
            var path = result.GetRequiredValue(patch);
            var entries = entryOption.Read(result);
            var read = PatchReader.Read(path, new FileSourceResolver([host.Directory]).Read(path).Text);
            var tree = PatchedTree.Apply(input.ReadTree(result, host), host.Directory, read);
            read = read with { Files = tree.Files };

            // What the reader has to say of the code before is no news.
            var (unitsBefore, programBefore) = input.Read(result, host with { Error = TextWriter.Null }).Read(_ => null);
            var after = input.Read(result, host, tree.Texts);
            var (unitsAfter, programAfter) = after.Read(_ => null);
            entries.MustBeIn([.. unitsBefore, .. unitsAfter]);
            after.UserMapped.MustBeIn([.. unitsBefore, .. unitsAfter]);
            var chosen = features.Read(result, unitsAfter, programAfter);
            var scenarios = PathScenario.All(chosen);
            using var compiledBefore = PathCosts.Compile(programBefore, entries);
            using var compiledAfter = PathCosts.Compile(programAfter, entries);
            var (costsBefore, costsAfter) = (PathCosts.Count(compiledBefore?.Unit, entries, scenarios), PathCosts.Count(compiledAfter?.Unit, entries, scenarios));
            var costs = CostChange.Compare(costsBefore, costsAfter);
            var review = new PatchReview(
                read,
                tree,
                PatchReview.FilesOutside(read, tree, unitsBefore.Concat(unitsAfter)),
                ReaderInput.IncludedAt([.. unitsAfter, .. unitsBefore]),
                FindingChange.Compare(Linter.Check(unitsBefore, programBefore, entries, chosen), Linter.Check(unitsAfter, programAfter, entries, chosen), tree),
                costs,
                costsAfter.Count,
                compiledBefore is null || compiledAfter is null ? new VerdictComparison([], 0, 0) : VerdictComparison.Compare(compiledBefore.Unit, compiledAfter.Unit, costs));
            if (result.GetValue(format) == OutputFormat.Json)
            {
                ReviewJson.Write(review, host.Output);
            }
            else
            {
                new ReviewText(host.Output).Write(review);
            }

            return review.IsWorse ? ExitCode.Found : ExitCode.Done;
        });
        return command;
    }
}
