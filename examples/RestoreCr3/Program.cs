using RestoreCr3;

var results = Experiment.RunAll();
Report.Write(results, Console.Out);
return results.Values.All(trace => trace.Returned) ? 0 : 1;
