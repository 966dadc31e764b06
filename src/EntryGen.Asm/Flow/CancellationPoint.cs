namespace EntryGen.Asm.Flow;

/// <summary>Counts what is worked on, and looks often enough whether the work is to end: at least once in a thousand statements.</summary>
internal sealed class CancellationPoint(CancellationToken cancellation)
{
    private const int Interval = 512;
    private int _work;

    /// <summary>Counts one thing.</summary>
    /// <exception cref="OperationCanceledException">The work is to end.</exception>
    public void Pass()
    {
        if (_work++ % Interval == 0)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
