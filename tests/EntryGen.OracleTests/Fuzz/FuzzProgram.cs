using System.Globalization;

namespace EntryGen.OracleTests.Fuzz;

/// <summary>The process that reads inputs, so that a stack overflow, a hang or too much memory ends it and not the tests.</summary>
/// <remarks>
/// <c>range FIRST STEP BYTES</c> reads the inputs of seeds FIRST, FIRST+STEP, ... until they come to BYTES; it writes each seed before it reads it. <c>file SEED PATH</c> reads
/// the input of a seed with the text of a file in place of its own. <c>edits KIND FIRST STEP SESSIONS EDITS</c> makes edits in sessions with the seeds FIRST, FIRST+STEP, ... and
/// writes each seed, when its session is over, with a hash of what was said. <c>break HOW</c> fails on purpose. Exit code 1: an exception, described on standard error.
/// </remarks>
internal static class FuzzProgram
{
    private static int Main(string[] arguments) => arguments switch
    {
        ["range", var first, var step, var bytes] => ReadRange(Number(first), Number(step), Number(bytes)),
        ["file", var seed, var path] => Fails(FuzzInput.Of(Number(seed)) with { Text = File.ReadAllText(path) }) is { } exception ? Report(exception) : 0,
        ["edits", var kind, var first, var step, var sessions, var edits] => Edit(kind == "kernel", Number(first), Number(step), Number(sessions), Number(edits)),
        ["break", var how] => Break(how, 0),
        _ => 2,
    };

    private static int ReadRange(int first, int step, long bytes)
    {
        for (var seed = first; bytes > 0; seed += step)
        {
            var input = FuzzInput.Of(seed);
            bytes -= input.Text.Length;
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seed} {input.Text.Length}"));
            Console.Out.Flush();
            if (Fails(input) is { } exception)
            {
                return Report(exception);
            }
        }

        return 0;
    }

    private static int Edit(bool isKernel, int first, int step, int sessions, int edits)
    {
        for (var session = 0; session < sessions; session++)
        {
            var seed = first + (session * step);
            try
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seed} {EditorSession.Run(seed, isKernel, edits):x8}"));
                Console.Out.Flush();
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                return Report(exception);
            }
        }

        return 0;
    }

    private static Exception? Fails(FuzzInput input)
    {
        try
        {
            FuzzTarget.Run(input);
            return null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return exception;
        }
    }

    private static int Report(Exception exception)
    {
        Console.Error.WriteLine(exception);
        return 1;
    }

    // What the tests must notice.
    private static int Break(string how, int depth)
    {
        switch (how)
        {
            case "stack":
                return Break(how, depth + 1) + 1;
            case "memory":
                var kept = new List<byte[]>();
                while (depth >= 0)
                {
                    kept.Add(new byte[1 << 20]);
                }

                return kept.Count;
            case "time":
                Thread.Sleep(Timeout.Infinite);
                return 0;
            default:
                return Report(new InvalidOperationException(how));
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
