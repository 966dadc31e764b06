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

        var answers = Design.All.Concat(Design.Variants).SelectMany(Question.Ask).ToList();
        var table = new Table().RoundedBorder().Title("What holds, with two tasks on two CPUs");
        table.AddColumn("design");
        foreach (var question in Question.All)
        {
            table.AddColumn(question.Id);
        }

        table.AddColumn(new TableColumn("states").RightAligned());
        foreach (var design in answers.GroupBy(answer => answer.Design))
        {
            table.AddRow([$"{design.Key.Id,-2} {design.Key.Name}", .. design.Select(answer => Words(answer.Verdict)), Number(design.Select(answer => answer.States).Distinct().Sum())]);
        }

        Write(table, output);
        return answers;
    }

    /// <summary>Which mappings are needed.</summary>
    public static void NeededMappings(TextWriter output)
    {
        var table = new Table().RoundedBorder().Title("P4.3: what goes wrong without a mapping in the user half");
        table.AddColumns("design", "left out", "then");
        foreach (var design in Design.All)
        {
            foreach (var (name, fault) in Mappings.LeaveOut(design))
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
        foreach (var design in Design.All.Append(Design.BByCr3).Append(Design.BSleeps))
        {
            var (call, interrupt) = (Points.Of(design, Design.SystemCall), Points.Of(design, Design.Interrupt));
            table.AddRow(
                $"{design.Id,-2} {design.Name}",
                $"{call.Broken} of {call.OnUserHalf}",
                $"{call.BrokenOnKernelHalf} of {call.OnKernelHalf}",
                $"{interrupt.Broken} of {interrupt.OnUserHalf}",
                $"{interrupt.BrokenOnKernelHalf} of {interrupt.OnKernelHalf}");
        }

        Write(table, output);
    }

    /// <summary>A shortest run for each property that is broken somewhere: of the first design in which it is.</summary>
    public static void Counterexamples(IReadOnlyList<Answer> answers, TextWriter output)
    {
        foreach (var broken in answers.Where(answer => answer.Counterexample is not null).GroupBy(answer => answer.Question.Id))
        {
            var answer = broken.First();
            output.WriteLine();
            output.WriteLine($"{answer.Question.Id}, {answer.Design.Id} ({answer.Design.Name}):");
            answer.Counterexample!.Write(output);
        }
    }

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
