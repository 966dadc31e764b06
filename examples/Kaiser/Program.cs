using Kaiser;

var areDeclaredFactsTrue = Report.CallSites(Console.Out);
Console.WriteLine();
var isAsExpected = Report.Questions(Console.Out);
return areDeclaredFactsTrue && isAsExpected ? 0 : 1;
