using Kaiser;

Report.CallSites(Console.Out);
Console.WriteLine();
var isAsExpected = Report.Questions(Console.Out);
return isAsExpected ? 0 : 1;
