using System.Runtime.ExceptionServices;

namespace EntryGen.Exploration.Engine;

/// <summary>Threads that take numbered tasks, lowest first, until none is left. The caller is the first of them.</summary>
internal sealed class WorkerPool : IDisposable
{
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
            _done.Wait();
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
            _start.Wait();
            if (_stopped)
            {
                return;
            }

            TakeTasks(worker);
            _done.Signal();
        }
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
