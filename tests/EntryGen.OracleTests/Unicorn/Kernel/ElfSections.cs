using System.Buffers.Binary;
using System.Text;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>The contents of an object file's sections by name (System V ABI, ELF-64).</summary>
internal static class ElfSections
{
    private const int HeaderOffset = 0x28, HeaderSize = 0x3a, HeaderCount = 0x3c, NamesIndex = 0x3e;
    private const uint NoBits = 8;

    /// <summary>Reads a file.</summary>
    public static IReadOnlyDictionary<string, byte[]> Read(string path)
    {
        var file = File.ReadAllBytes(path);
        var headers = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(HeaderOffset));
        var size = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(HeaderSize));
        var names = Section(BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(NamesIndex))).Contents;
        var sections = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var index = 0; index < BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(HeaderCount)); index++)
        {
            var (name, contents) = Section(index);
            var end = Array.IndexOf(names, (byte)0, name);
            sections.TryAdd(Encoding.ASCII.GetString(names, name, end - name), contents);
        }

        return sections;

        (int Name, byte[] Contents) Section(int index)
        {
            var header = file.AsSpan(headers + (index * size), size);
            var (start, length) = ((int)BinaryPrimitives.ReadInt64LittleEndian(header[0x18..]), (int)BinaryPrimitives.ReadInt64LittleEndian(header[0x20..]));
            var isEmpty = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == NoBits;
            return (BinaryPrimitives.ReadInt32LittleEndian(header), isEmpty ? [] : file[start..(start + length)]);
        }
    }
}
