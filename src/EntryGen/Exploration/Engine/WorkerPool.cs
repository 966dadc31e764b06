using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace EntryGen.Exploration.Engine;

/// <summary>Threads that take numbered tasks, lowest first, until none is left. The caller is the first of them.</summary>
/// <remarks>
/// A search hands out tasks some hundred times a second, and waking a thread takes a good part of what a small round does. So who waits looks for a moment whether the wait is over before it
/// sleeps, unless there are more workers than processors.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    // About what it takes to put a thread to sleep and wake it.
    private static readonly long _patience = Stopwatch.Frequency / 10_000;

    // Between two looks: the line of the cache that is looked at is written by others.
    private const int Pause = 10;

    private readonly bool _isPatient;
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _start = new(0);
    private readonly CountdownEvent _done = new(1);
    private readonly Lock _failureLock = new();
    private Action<int, int> _body = (_, _) => { };
    private int _tasks;
    private int _next;
    private int _failedTask;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _stopped;

    public WorkerPool(int count)
    {
        _isPatient = count <= Environment.ProcessorCount;
        _threads = new Thread[count - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"Exploration worker {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>The number of workers.</summary>
    public int Count => _threads.Length + 1;

    /// <summary>Runs tasks 0 to <paramref name="tasks"/> - 1, each once, and waits for them.</summary>
    /// <param name="tasks">The number of tasks.</param>
    /// <param name="alone">Whether they are too small to wake anybody for.</param>
    /// <param name="body">Called with the worker's number and the task's. What the lowest failing task throws is thrown again.</param>
    public void Run(int tasks, bool alone, Action<int, int> body)
    {
        _body = body;
        _tasks = tasks;
        _next = 0;
        _failure = null;
        var helpers = alone ? 0 : Math.Min(_threads.Length, tasks - 1);
        if (helpers > 0)
        {
            _done.Reset(helpers + 1);
            _start.Release(helpers);
            TakeTasks(0);
            _done.Signal();
            WaitUntilDone();
        }
        else
        {
            TakeTasks(0);
        }

        _failure?.Throw();
    }

    public void Dispose()
    {
        _stopped = true;
        if (_threads.Length > 0)
        {
            _start.Release(_threads.Length);
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _start.Dispose();
        _done.Dispose();
    }

    private void Work(int worker)
    {
        while (true)
        {
            WaitForStart();
            if (_stopped)
            {
                return;
            }

            TakeTasks(worker);
            _done.Signal();
        }
    }

    private void WaitForStart()
    {
        for (var started = Stopwatch.GetTimestamp(); _isPatient && _start.CurrentCount == 0 && Stopwatch.GetTimestamp() - started < _patience;)
        {
            Thread.SpinWait(Pause);
        }

        _start.Wait();
    }

    private void WaitUntilDone()
    {
        for (var started = Stopwatch.GetTimestamp(); _isPatient && !_done.IsSet && Stopwatch.GetTimestamp() - started < _patience;)
        {
            Thread.SpinWait(Pause);
        }

        _done.Wait();
    }

    private void TakeTasks(int worker)
    {
        while (true)
        {
            var task = Interlocked.Increment(ref _next) - 1;
            if (task >= _tasks)
            {
                return;
            }

            try
            {
                _body(worker, task);
            }
            catch (Exception exception)
            {
                lock (_failureLock)
                {
                    if (_failure is null || task < _failedTask)
                    {
                        _failure = ExceptionDispatchInfo.Capture(exception);
                        _failedTask = task;
                    }
                }
            }
        }
    }
}
