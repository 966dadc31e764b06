using System.Buffers.Binary;
using System.Text;

namespace EntryGen.OracleTests.Objects;

/// <summary>A relocatable ELF64 file as GNU as writes it: sections, symbols and relocations, nothing interpreted (System V ABI, chapter 4).</summary>
public sealed class ElfObject
{
    private const int HeaderSize = 64, SymbolSize = 24, RelocationSize = 24;
    private const uint SymbolTable = 2, Relocations = 4, NoBits = 8;
    private readonly byte[] _file;
    private readonly List<(string Name, uint Type, long Offset, int Size, int Link, int Info)> _headers = [];

    /// <summary>Reads a file.</summary>
    public ElfObject(byte[] file)
    {
        _file = file;
        var table = (int)Read64(0x28);
        var count = Read16(0x3C);
        var names = table + (Read16(0x3E) * HeaderSize);
        for (var i = 0; i < count; i++)
        {
            var header = table + (i * HeaderSize);
            _headers.Add((
                Text((int)Read64(names + 0x18) + (int)Read32(header)), Read32(header + 4), Read64(header + 0x18),
                (int)Read64(header + 0x20), (int)Read32(header + 0x28), (int)Read32(header + 0x2C)));
        }

        ReadSymbols();
        ReadSections();
    }

    /// <summary>Contents and relocations of each section by name; those of the format itself (symbol table, relocations, strings) left out.</summary>
    public Dictionary<string, ElfSection> Sections { get; } = new(StringComparer.Ordinal);

    /// <summary>Symbols by their place in the table; sections have their own names.</summary>
    public List<ElfSymbol> Symbols { get; } = [];

    private void ReadSymbols()
    {
        var table = _headers.Single(header => header.Type == SymbolTable);
        var strings = (int)_headers[table.Link].Offset;
        for (var at = (int)table.Offset; at < table.Offset + table.Size; at += SymbolSize)
        {
            var section = Read16(at + 6);
            var isSection = (_file[at + 4] & 0xF) == 3;
            var sectionName = section > 0 && section < _headers.Count ? _headers[section].Name : null;
            Symbols.Add(new ElfSymbol(isSection ? sectionName! : Text(strings + (int)Read32(at)), sectionName, Read64(at + 8), isSection));
        }
    }

    private void ReadSections()
    {
        foreach (var header in _headers.Where(header => header.Type is 1 or NoBits or >= 7))
        {
            var bytes = header.Type == NoBits ? [] : _file.AsSpan((int)header.Offset, header.Size).ToArray();
            Sections.TryAdd(header.Name, new ElfSection(header.Name, bytes, []));
        }

        foreach (var header in _headers.Where(header => header.Type == Relocations))
        {
            var target = Sections[_headers[header.Info].Name];
            for (var at = (int)header.Offset; at < header.Offset + header.Size; at += RelocationSize)
            {
                target.Relocations.Add(Read64(at), new ElfRelocation((int)Read32(at + 8), Symbols[(int)Read32(at + 12)], Read64(at + 16)));
            }
        }
    }

    private string Text(int at) => Encoding.ASCII.GetString(_file, at, Array.IndexOf(_file, (byte)0, at) - at);

    private int Read16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(at));

    private uint Read32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(at));

    private long Read64(int at) => BinaryPrimitives.ReadInt64LittleEndian(_file.AsSpan(at));
}

/// <summary>A section.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its contents.</param>
/// <param name="Relocations">Its relocations by offset.</param>
public sealed record ElfSection(string Name, byte[] Bytes, Dictionary<long, ElfRelocation> Relocations);

/// <summary>A symbol.</summary>
/// <param name="Name">Its name; of a section symbol the section's.</param>
/// <param name="Section">Where it is defined, or null.</param>
/// <param name="Value">Its offset there.</param>
/// <param name="IsSection">It stands for its section.</param>
public sealed record ElfSymbol(string Name, string? Section, long Value, bool IsSection);

/// <summary>A relocation.</summary>
/// <param name="Type">Its R_X86_64_ number.</param>
/// <param name="Symbol">Its symbol.</param>
/// <param name="Addend">Its addend.</param>
public sealed record ElfRelocation(int Type, ElfSymbol Symbol, long Addend)
{
    private const int Pc32 = 2;
    private const int Plt32 = 4;

    /// <summary>Whether it counts from its own place.</summary>
    public bool IsRelative => Type is Pc32 or Plt32;

    /// <summary>The place meant: section and offset of a defined symbol, name and addend of one that is not.</summary>
    public (string Section, long Offset) Place => Symbol.Section is { } section ? (section, Symbol.Value + Addend) : (Symbol.Name, Addend);
}
