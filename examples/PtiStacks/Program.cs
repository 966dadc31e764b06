using PtiStacks;

Report.Costs(Console.Out);
var answers = Report.Verdicts(Console.Out);
Report.NeededMappings(Console.Out);
Report.InterruptPoints(Console.Out);
Report.Counterexamples(answers, Console.Out);
