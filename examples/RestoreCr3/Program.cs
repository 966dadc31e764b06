using RestoreCr3;

var results = Experiment.RunAll();
Report.Write(results, Console.Out);
Console.WriteLine();
var answers = Verdicts.ExploreAll();
Report.Write(answers, Console.Out);
return results.Values.All(trace => trace.Returned) ? 0 : 1;
