using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>Walks a model from an initial state, one chosen successor after the other, and writes down the way. Mirror images are not exchanged here.</summary>
internal sealed unsafe class ExecutionBuilder<TShape>(StateSpace space) : IDisposable
    where TShape : struct, IRecordShape
{
    private readonly RecordBuffer _current = new();
    private readonly RecordBuffer _image = new();
    private readonly List<ExecutionStep> _steps = [];
    private bool _successorsKnown;

    /// <summary>Whether a record, with its mirror images, is the one looked for.</summary>
    public delegate bool RecordPredicate(byte* record);

    /// <summary>The way so far.</summary>
    public Execution Execution => new(_steps[0], _steps[1..]);

    /// <summary>The current state.</summary>
    public byte* Current => _current.Start;

    /// <summary>Takes a choice by its number: which initial state at first, then which successor.</summary>
    /// <returns>Whether there is such a choice.</returns>
    public bool Take(int choice)
    {
        EnsureSuccessors();
        var record = space.Records.Start;
        for (var i = 0; i < space.Records.Count; i++, record += TShape.BytesOf(record))
        {
            if (i == choice)
            {
                MoveTo(record, i);
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes the first choice that leads to a certain state or to a mirror image of it.</summary>
    public bool TakeImage(RecordPredicate isWanted)
    {
        EnsureSuccessors();
        var record = space.Records.Start;
        for (var i = 0; i < space.Records.Count; i++, record += TShape.BytesOf(record))
        {
            _image.Clear();
            var image = _image.Append(TShape.BytesOf(record));
            TShape.Copy(record, image);
            if (space.IsReduced)
            {
                space.Canonicalize(image);
            }

            if (isWanted(image))
            {
                MoveTo(record, i);
                return true;
            }
        }

        return false;
    }

    /// <summary>Makes sure that a property is broken where the way ends, taking one more step if it is a property of steps.</summary>
    public bool EndsBreaking(ulong property, PropertySets properties)
    {
        space.Visit(Current);
        _successorsKnown = false;
        if ((property & properties.Invariants) != 0)
        {
            return space.BrokenInvariants(property) != 0;
        }

        EnsureSuccessors();
        if ((property & properties.Ends) != 0)
        {
            return space.Records.Count == 0 && space.BrokenEnds(property) != 0;
        }

        var record = space.Records.Start;
        for (var i = 0; i < space.Records.Count; i++, record += TShape.BytesOf(record))
        {
            if (space.BrokenSteps(property, record) != 0)
            {
                MoveTo(record, i);
                return true;
            }
        }

        return false;
    }

    public void Dispose()
    {
        _current.Dispose();
        _image.Dispose();
    }

    private void EnsureSuccessors()
    {
        if (_successorsKnown)
        {
            return;
        }

        space.Records.Clear();
        if (_steps.Count == 0)
        {
            space.InitialStates();
        }
        else
        {
            space.Visit(Current);
            space.Successors();
        }

        _successorsKnown = true;
    }

    private void MoveTo(byte* record, int choice)
    {
        _current.Clear();
        var current = _current.Append(TShape.BytesOf(record));
        TShape.Copy(record, current);
        var transition = Unsafe.ReadUnaligned<int>(current);
        _steps.Add(new ExecutionStep(choice, transition, space.NameOf(transition), space.Describe(current), new EncodedState(TShape.StateOf(current).ToArray())));
        _successorsKnown = false;
    }
}
