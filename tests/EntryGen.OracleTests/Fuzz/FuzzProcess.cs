using System.Diagnostics;
using System.Globalization;

namespace EntryGen.OracleTests.Fuzz;

/// <summary>Runs <see cref="FuzzProgram"/> with a bounded heap, and watches that it gets on.</summary>
internal static class FuzzProcess
{
    /// <summary>Heap bytes that reading any input may take.</summary>
    private const long HeapLimit = 256L * 1024 * 1024;

    /// <summary>How long one input may take before it counts as a hang; bounds keep it to a second or two on an idle machine.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs it.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="line">Told each line of output.</param>
    /// <param name="patience">How long it may take from one line to the next.</param>
    /// <param name="heap">Heap bytes that it may take.</param>
    /// <returns>Null when all went well; otherwise what went wrong.</returns>
    public static string? Run(IEnumerable<string> arguments, Action<string>? line = null, TimeSpan? patience = null, long heap = HeapLimit)
    {
        var limit = patience ?? _patience;
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host, [typeof(FuzzProgram).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_GCHeapHardLimit"] = heap.ToString("x", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using var process = Process.Start(start)!;
        var errors = new List<string>();
        var progress = Stopwatch.StartNew();
        process.OutputDataReceived += (_, e) =>
        {
            progress.Restart();
            if (e.Data is { } text)
            {
                line?.Invoke(text);
            }
        };
        process.ErrorDataReceived += (_, e) =>
        {
            // A stack overflow prints every frame.
            if (e.Data is { } text && errors.Count < 40)
            {
                errors.Add(text);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!process.WaitForExit(200))
        {
            if (progress.Elapsed > limit)
            {
                process.Kill();
                process.WaitForExit();
                return $"no progress for {limit.TotalSeconds} s";
            }
        }

        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"exit code {process.ExitCode}\n{string.Join('\n', errors)}";
    }
}
