using System.Globalization;
using EntryGen.Exploration;
using EntryGen.Exploration.Tasks;
using EntryGen.Tracing;
using Spectre.Console;

namespace PtiStacks;

/// <summary>What the program prints.</summary>
public static class Report
{
    private const int Width = 160;

    /// <summary>What each path takes.</summary>
    public static void Costs(TextWriter output)
    {
        var table = new Table().RoundedBorder().Title("What a path takes: words built + copied / RSP reloads / CR3 writes / instructions");
        table.AddColumn("path");
        foreach (var design in Design.All)
        {
            table.AddColumn(new TableColumn(design.Id).RightAligned());
        }

        foreach (var path in KernelPath.All)
        {
            table.AddRow([path.Name, .. Design.All.Select(design => PtiStacks.Costs.Of(design, path)).Select(costs =>
                $"{costs.Built,2} + {costs.Copied,2} / {costs.RspReloads} / {costs.Cr3Writes} / {costs.Instructions,3}")]);
        }

        Write(table, output);
        var pages = new Table().RoundedBorder().Title("Pages of the kernel that the user half maps, and memory");
        pages.AddColumn("");
        foreach (var design in Design.All)
        {
            pages.AddColumn(new TableColumn(design.Id).RightAligned());
        }

        var counts = Design.All.Select(Mappings.Pages).ToList();
        pages.AddRow(["with one CPU and one thread", .. counts.Select(count => Number(count.First))]);
        pages.AddRow(["for one more CPU", .. counts.Select(count => Number(count.Cpu))]);
        pages.AddRow(["for one more thread (to be mapped at fork, unmapped at exit)", .. counts.Select(count => Number(count.Thread))]);
        pages.AddRow(["stacks of one more thread, KiB", .. Design.All.Select(design => Number(Mappings.BytesOfThread(design) / 1024))]);
        Write(pages, output);
    }

    /// <summary>The verdicts on the designs, then those on the variants.</summary>
    /// <returns>All answers.</returns>
    public static IReadOnlyList<Answer> Verdicts(TextWriter output)
    {
        foreach (var question in Question.All)
        {
            output.WriteLine($"{question.Id,-6} {question.Words}");
        }

        output.WriteLine("P4.5   a task may sleep after the switch to the user half: P4.1 to P4.3 of the variant that does");
        var answers = InOrder(Design.All.Concat(Design.Variants), Question.Ask).SelectMany(design => design).ToList();
        Write(TableOf("What holds, with two tasks on two CPUs", Design.All, answers), output);
        Write(TableOf("Variants", Design.Variants, answers), output);
        return answers;
    }

    private static Table TableOf(string title, IReadOnlyList<Design> designs, IReadOnlyList<Answer> answers)
    {
        var table = new Table().RoundedBorder().Title(title);
        table.AddColumn("design");
        foreach (var question in Question.All)
        {
            table.AddColumn(question.Id);
        }

        table.AddColumn("P4.5");
        table.AddColumn(new TableColumn("states").RightAligned());
        foreach (var design in designs)
        {
            var own = answers.Where(answer => answer.Design == design).ToList();
            var sleeping = answers.Where(answer => answer.Design == design.Sleeping && answer.Question.Id is "P4.1" or "P4.2" or "P4.3").ToList();
            table.AddRow([
                $"{design.Id,-2} {design.Name}",
                .. own.Select(answer => Words(answer.Verdict)),
                sleeping.Count == 0 ? "" : Words(sleeping.Exists(answer => answer.Verdict == Verdict.Violated) ? Verdict.Violated : sleeping.Max(answer => answer.Verdict)),
                Number(own.Select(answer => answer.States).Distinct().Sum()),
            ]);
        }

        return table;
    }

    /// <summary>Which mappings are needed.</summary>
    public static void NeededMappings(TextWriter output)
    {
        var table = new Table().RoundedBorder().Title("P4.3: what goes wrong without a mapping in the user half");
        table.AddColumns("design", "left out", "then");
        foreach (var (design, left) in InOrder(Design.All, design => (design, Mappings.LeaveOut(design))))
        {
            foreach (var (name, fault) in left)
            {
                table.AddRow(design.Id, name, fault is null ? "nothing" : $"{fault.Detail?.Split(' ')[0]} on the user half: {LastInstruction(fault)}");
            }
        }

        Write(table, output);
    }

    /// <summary>Where interrupts could be enabled.</summary>
    public static void InterruptPoints(TextWriter output)
    {
        var table = new Table().RoundedBorder().Title("P4.6: instructions at which an interrupt goes wrong, if it were let in there, of all");
        table.AddColumns("design", "system call, user half", "kernel half", "interrupt, user half", "kernel half");
        var designs = Design.All.Concat([Design.BByCr3, Design.BByState, Design.BSleeps]);
        foreach (var (design, call, interrupt) in InOrder(designs, design => (design, Points.Of(design, Design.SystemCall), Points.Of(design, Design.Interrupt))))
        {
            table.AddRow(
                $"{design.Id,-2} {design.Name}",
                $"{call.Broken} of {call.OnUserHalf}",
                $"{call.BrokenOnKernelHalf} of {call.OnKernelHalf}",
                $"{interrupt.Broken} of {interrupt.OnUserHalf}",
                $"{interrupt.BrokenOnKernelHalf} of {interrupt.OnKernelHalf}");
        }

        Write(table, output);
    }

    /// <summary>A shortest run for each question that is answered by no somewhere: of the first design, and of the first variant, for which it is.</summary>
    public static void Counterexamples(IReadOnlyList<Answer> answers, TextWriter output)
    {
        foreach (var broken in answers.Where(answer => answer.Counterexample is not null).GroupBy(answer => (answer.Question.Id, Design.Variants.Contains(answer.Design))))
        {
            var answer = broken.First();
            foreach (var counterexample in new[] { answer.Counterexample, answer.LostRegisters }.OfType<TaskCounterexample>().Distinct())
            {
                output.WriteLine();
                output.WriteLine($"{answer.Question.Id}, {answer.Design.Id} ({answer.Design.Name}):");
                counterexample.Write(output);
            }
        }
    }

    /// <summary>What takes long is done for several designs at a time; what is printed stays in order.</summary>
    private static IEnumerable<TResult> InOrder<TResult>(IEnumerable<Design> designs, Func<Design, TResult> work) => designs.AsParallel().AsOrdered().Select(work);

    private static string LastInstruction(TaskCounterexample counterexample) => counterexample.Steps.Last(step => step.Kind == TraceStepKind.Instruction).Text.Replace('\t', ' ');

    private static string Words(Verdict verdict) => verdict switch
    {
        Verdict.HoldsWithinBounds => "holds",
        Verdict.Violated => "NOT",
        _ => "?",
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Write(Table table, TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });
        console.Profile.Width = Width;
        console.Write(table);
    }
}
