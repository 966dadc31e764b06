using System.Buffers.Binary;
using EntryGen.Asm;
using EntryGen.Asm.Gas;
using EntryGen.OracleTests.Cpp;
using EntryGen.OracleTests.Objects;
using Xunit.Abstractions;

namespace EntryGen.OracleTests;

/// <summary>Every record of every side table against the bytes and relocations that GNU as put into its section, in every configuration.</summary>
public class SideTableTests(ITestOutputHelper output)
{
    [KernelConfigurationTheory]
    [MemberData(nameof(ProgramTests.Units), MemberType = typeof(ProgramTests))]
    public void Tables_are_what_the_object_holds(string version, string unit)
    {
        Assert.Null(KernelConfigurations.Missing);
        var (accepted, records, statements) = (0, 0, 0);
        foreach (var header in KernelConfigurations.Headers)
        {
            var (status, text) = GccPreprocessor.Run(KernelTrees.Tree(version), GccPreprocessor.KernelArguments(version, unit, header));
            var listing = KernelTrees.Read(version, unit, header);
            if (status != 0 || FlatObject.Create(text, listing) is not { } flat)
            {
                continue; // the kernel does not support the combination
            }

            Assert.Empty(flat.Differences());
            var program = ProgramBuilder.Build([new ProgramUnit(unit, listing, listing.PreprocessorMacros!)], new ProgramOptions()).Program;
            var comparison = new Comparison(flat, version);
            comparison.Compare(program.Tables);
            Assert.Equal(comparison.SectionsWithRecords(), comparison.Compared.Keys.Order(StringComparer.Ordinal));
            accepted++;
            records += comparison.Compared.Values.Sum();
            statements += listing.Statements.Count;
        }

        Assert.True(accepted >= 9, $"GNU as accepts {accepted} configurations only");
        output.Report(
            "Side tables, and objects of the flat statements, against objects of GNU as", $"{version} {unit}",
            ("configurations", accepted), ("statements", statements), ("records", records), ("mismatches", 0));
    }

    // What the kernel's patching would leave at each place, read from the object's bytes alone: records in order, the later over the earlier.
    [KernelTheory]
    [MemberData(nameof(ProgramTests.Units), MemberType = typeof(ProgramTests))]
    public void A_feature_assignment_selects_what_the_kernel_would_patch_in(string version, string unit)
    {
        const int Assignments = 500;
        var listing = KernelPrograms.Unit(version, unit).Listing;
        var (_, text) = GccPreprocessor.Run(KernelTrees.Tree(version), GccPreprocessor.KernelArguments(version, unit));
        var flat = FlatObject.Create(text, listing)!;
        var program = KernelPrograms.Alone(version, unit).Program;
        var recordOf = new Dictionary<AlternativeChoice, AlternativeRecord>(ReferenceEqualityComparer.Instance);
        foreach (var record in program.Tables.Alternatives)
        {
            recordOf.Add(record.Choice, record);
        }

        var patches = version == "6.1" ? Patches(flat.Kernel, 2, 15) : Patches(flat.Kernel, 4, 16);
        var random = new Random(1);
        for (var i = 0; i < Assignments; i++)
        {
            var on = program.Features.Where(_ => random.Next(2) == 0).Select(feature => feature.Number).Append(3 * 32 + 21).ToHashSet();
            var expected = new Dictionary<(string, long), long>();
            foreach (var patch in patches.Where(patch => on.Contains(patch.Feature) != patch.Inverted))
            {
                expected[patch.Place] = patch.Replacement;
            }

            var actual = new Dictionary<(string, long), long>();
            foreach (var site in program.Items.OfType<AlternativeSite>())
            {
                if (site.SelectChoice(feature => on.Contains(feature.Number)) is { } choice)
                {
                    var record = recordOf[choice];
                    actual.Add(flat.PlaceOf(record.Original.Start.Sequence), flat.PlaceOf(record.Replacement.Start.Sequence).Offset);
                }
            }

            Assert.Equal(expected.OrderBy(pair => pair.Key), actual.OrderBy(pair => pair.Key));
        }

        output.Report("Alternatives that features select, against patching the object", $"{version} {unit}", ("assignments", Assignments), ("records", patches.Count), ("mismatches", 0));
    }

    private static List<((string Section, long Offset) Place, long Replacement, int Feature, bool Inverted)> Patches(ElfObject kernel, int featureSize, int notBit)
    {
        var patches = new List<((string, long), long, int, bool)>();
        if (kernel.Sections.TryGetValue(".altinstructions", out var section))
        {
            for (var at = 0; at < section.Bytes.Length; at += 8 + featureSize + 2)
            {
                var bytes = section.Bytes.AsSpan(at + 8);
                var feature = featureSize == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadInt32LittleEndian(bytes);
                patches.Add((section.Relocations[at].Place, section.Relocations[at + 4].Place.Offset, feature & ((1 << notBit) - 1), (feature >> notBit & 1) != 0));
            }
        }

        return patches;
    }

    // Encodes each record as the kernel's macros do and compares it with what is in the section at the next place.
    private sealed class Comparison(FlatObject flat, string version)
    {
        private readonly Dictionary<string, long> _at = [];

        public Dictionary<string, int> Compared { get; } = [];

        public IEnumerable<string> SectionsWithRecords() => flat.Kernel.Sections.Values
            .Where(section => section.Bytes.Length > 0 && (section.Name.StartsWith(".discard", StringComparison.Ordinal) || section.Name is ".altinstructions" or "__ex_table" or "_kprobe_blacklist"))
            .Select(section => section.Name)
            .Order(StringComparer.Ordinal);

        public void Compare(SideTables tables)
        {
            foreach (var record in tables.Alternatives)
            {
                Place(".altinstructions", record.Original.Start);
                Place(".altinstructions", record.Replacement.Start);
                var number = record.Choice.Feature.Number;
                Number(".altinstructions", version == "6.1" ? 2 : 4, version == "6.1" ? number | (record.Choice.Inverted ? 1 << 15 : 0) : number | (record.Choice.Inverted ? 1 << 16 : 0) | (record.Choice.IsDirectCall ? 1 << 17 : 0));
                Number(".altinstructions", 1, Length(record.Original));
                Number(".altinstructions", 1, Length(record.Replacement));
                Count(".altinstructions");
            }

            foreach (var entry in tables.Exceptions)
            {
                Place("__ex_table", entry.Fault.Label!);
                Place("__ex_table", entry.Landing.Label!);
                Number("__ex_table", 4, entry.Data);
                Count("__ex_table");
            }

            foreach (var entry in tables.KprobeBlacklist)
            {
                Place("_kprobe_blacklist", entry.Function.Label!, 8);
                Count("_kprobe_blacklist");
            }

            foreach (var hint in tables.UnwindHints)
            {
                Place(".discard.unwind_hints", hint.Place.Label!);
                Number(".discard.unwind_hints", 2, (ushort)hint.Offset);
                Number(".discard.unwind_hints", 1, (long)hint.Register);
                Number(".discard.unwind_hints", 1, TypeNumber(hint));
                Number(".discard.unwind_hints", 1, (version == "6.1" ? hint.IsEnd : hint.IsSignal) ? 1 : 0);
                _at[".discard.unwind_hints"] = (_at[".discard.unwind_hints"] + 3) & ~3;
                Count(".discard.unwind_hints");
            }

            foreach (var note in tables.Annotations)
            {
                Place(note.Section, note.Place.Label!, flat.Kernel.Sections[note.Section].Relocations[_at.GetValueOrDefault(note.Section)].Type == 1 ? 8 : 4);
                Count(note.Section);
            }

            foreach (var (section, end) in _at)
            {
                Assert.Equal(flat.Kernel.Sections[section].Bytes.Length, end);
            }
        }

        // include/linux/objtool.h of 6.1 and include/linux/objtool_types.h of 6.12. 6.1's ENTRY is the only type that is an end in itself there.
        private int TypeNumber(UnwindHint hint) => Array.IndexOf(
            version == "6.1"
                ? [UnwindHintType.Call, UnwindHintType.Registers, UnwindHintType.PartialRegisters, UnwindHintType.Function, UnwindHintType.EndOfStack, UnwindHintType.Save, UnwindHintType.Restore]
                : [UnwindHintType.Undefined, UnwindHintType.EndOfStack, UnwindHintType.Call, UnwindHintType.Registers, UnwindHintType.PartialRegisters, UnwindHintType.Function, UnwindHintType.Save, UnwindHintType.Restore],
            hint.Type);

        private long Length(LabelRange range) => flat.PlaceOf(range.End.Sequence).Offset - flat.PlaceOf(range.Start.Sequence).Offset;

        private void Place(string section, LabelDefinition label, int size = 4)
        {
            var at = _at.GetValueOrDefault(section);
            var relocation = flat.Kernel.Sections[section].Relocations[at];
            Assert.Equal(flat.PlaceOf(label.Sequence), relocation.Place);
            _at[section] = at + size;
        }

        private void Number(string section, int size, long value)
        {
            var at = _at[section];
            var bytes = flat.Kernel.Sections[section].Bytes.AsSpan((int)at, size);
            Assert.DoesNotContain(at, flat.Kernel.Sections[section].Relocations.Keys);
            Assert.Equal(value, size switch { 1 => bytes[0], 2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes), _ => BinaryPrimitives.ReadUInt32LittleEndian(bytes) });
            _at[section] = at + size;
        }

        private void Count(string section) => Compared[section] = Compared.GetValueOrDefault(section) + 1;
    }
}
