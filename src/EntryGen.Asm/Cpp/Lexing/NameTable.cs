namespace EntryGen.Asm.Cpp;

/// <summary>An identifier. There is one object for each spelling in a <see cref="NameTable"/>, so names compare by reference.</summary>
internal sealed class Name(string text, int id, DirectiveKind directive)
{
    public string Text { get; } = text;

    /// <summary>Counts from 0 in the table: the index into the arrays of a run.</summary>
    public int Id { get; } = id;

    /// <summary>The directive that this names after a <c>#</c>; <see cref="DirectiveKind.None"/> for other names.</summary>
    public DirectiveKind Directive { get; } = directive;

    public override string ToString() => Text;
}

/// <summary>The identifiers seen so far. Safe to share between threads.</summary>
internal sealed class NameTable
{
    private readonly object _gate = new();
    private Name?[] _slots = new Name?[4096];
    private int _count;

    /// <summary>Held while a text is lexed.</summary>
    public object Gate => _gate;

    /// <summary>Room for the tokens of one text, for whoever holds the gate.</summary>
    public List<Token> Scratch { get; } = [];

    /// <summary>Number of names.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>The name spelled by some characters.</summary>
    public Name Get(string text) => Get(text, 0, text.Length);

    /// <summary>The name spelled by a range of characters.</summary>
    public Name Get(string text, int start, int length)
    {
        lock (_gate)
        {
            return GetWithinGate(text, start, length);
        }
    }

    /// <summary>The same, for whoever holds the gate.</summary>
    public Name GetWithinGate(string text, int start, int length)
    {
        var mask = _slots.Length - 1;
        var slot = Hash(text, start, length) & mask;
        while (_slots[slot] is { } name)
        {
            if (name.Text.Length == length && name.Text.AsSpan().SequenceEqual(text.AsSpan(start, length)))
            {
                return name;
            }

            slot = (slot + 1) & mask;
        }

        var spelling = text.Substring(start, length);
        var added = new Name(spelling, _count++, DirectiveNames.Find(spelling));
        _slots[slot] = added;
        if (_count * 2 > _slots.Length)
        {
            Grow();
        }

        return added;
    }

    private static int Hash(string text, int start, int length)
    {
        var hash = 2166136261u;
        for (var i = start; i < start + length; i++)
        {
            hash = (hash ^ text[i]) * 16777619u;
        }

        return (int)(hash ^ (hash >> 15));
    }

    private void Grow()
    {
        var slots = new Name?[_slots.Length * 2];
        var mask = slots.Length - 1;
        foreach (var name in _slots)
        {
            if (name is not null)
            {
                var slot = Hash(name.Text, 0, name.Text.Length) & mask;
                while (slots[slot] is not null)
                {
                    slot = (slot + 1) & mask;
                }

                slots[slot] = name;
            }
        }

        _slots = slots;
    }
}
