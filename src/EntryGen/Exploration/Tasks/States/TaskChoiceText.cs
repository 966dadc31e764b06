using System.Globalization;
using System.Text;
using EntryGen.Exploration.Scenarios;

namespace EntryGen.Exploration.Tasks.States;

/// <summary>The transitions of a run as text: of each the CPU, then what happens there; of instructions how many. <c>0:enter0.0:31.0:sleep.1:wake0.1:5.1:nmi</c>.</summary>
internal sealed class TaskChoiceText
{
    private const string Enter = "enter", Sleep = "sleep", Exit = "exit", Wake = "wake";
    private const int Most = 1_000_000;

    private readonly StringBuilder _text = new();
    private int _cpu;
    private int _steps;

    /// <summary>Adds a transition.</summary>
    public void Note(TaskChoice choice)
    {
        if (choice.Action == TaskAction.Step && (_steps == 0 || choice.Cpu == _cpu))
        {
            _cpu = choice.Cpu;
            _steps++;
            return;
        }

        End();
        if (choice.Action == TaskAction.Step)
        {
            (_cpu, _steps) = (choice.Cpu, 1);
            return;
        }

        Append(choice.Cpu, choice.Action switch
        {
            TaskAction.Enter => string.Create(CultureInfo.InvariantCulture, $"{Enter}{choice.Argument}"),
            TaskAction.Resume => string.Create(CultureInfo.InvariantCulture, $"{Wake}{choice.Argument}"),
            TaskAction.Sleep => Sleep,
            TaskAction.Exit => Exit,
            _ => InjectedEvent.Known.First(known => (int)known.Event == choice.Argument).Name,
        });
    }

    /// <summary>How many events are injected in a run.</summary>
    public static int EventsIn(string text) => text.Split('.').Count(word => InjectedEvent.Known.Any(known => word.EndsWith(":" + known.Name, StringComparison.Ordinal)));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It did not write that.</exception>
    public static IReadOnlyList<TaskChoice> Read(string text)
    {
        var choices = new List<TaskChoice>();
        foreach (var word in text.Split('.'))
        {
            var colon = word.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || Number(word[..colon], 255) is not { } cpu)
            {
                throw NotRead(word);
            }

            var what = word[(colon + 1)..];
            if (Number(what, Most - choices.Count) is { } steps)
            {
                choices.AddRange(Enumerable.Repeat(new TaskChoice(cpu, TaskAction.Step), steps));
            }
            else
            {
                choices.Add(InjectedEvent.Known.FirstOrDefault(known => known.Name == what) is { } injected ? new TaskChoice(cpu, TaskAction.Event, (int)injected.Event)
                    : what == Sleep ? new TaskChoice(cpu, TaskAction.Sleep)
                    : what == Exit ? new TaskChoice(cpu, TaskAction.Exit)
                    : After(Enter, what) is { } entry ? new TaskChoice(cpu, TaskAction.Enter, entry)
                    : After(Wake, what) is { } task ? new TaskChoice(cpu, TaskAction.Resume, task)
                    : throw NotRead(word));
            }
        }

        return choices;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        End();
        return _text.ToString();
    }

    private void End()
    {
        if (_steps > 0)
        {
            Append(_cpu, _steps.ToString(CultureInfo.InvariantCulture));
            _steps = 0;
        }
    }

    private void Append(int cpu, string what) => _text.Append(CultureInfo.InvariantCulture, $"{(_text.Length == 0 ? "" : ".")}{cpu}:{what}");

    private static int? After(string name, string word) => word.StartsWith(name, StringComparison.Ordinal) ? Number(word[name.Length..], ushort.MaxValue) : null;

    private static int? Number(string word, int most) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number : null;

    private static FormatException NotRead(string word) => new($"'{word}' is no transition of tasks.");
}
