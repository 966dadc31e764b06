using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>
/// The worst-case policy against a set-valued reference written from SDM vol. 3A, 4.10 alone: it caches, after every step and one by one, everything that any
/// walk could cache, and removes what an operation must remove. After every step both say the same about which translations are legal.
/// </summary>
public class WorstCaseReferenceTests
{
    private const ulong Linked = PageTableBits.Present | PageTableBits.Writable | PageTableBits.User | PageTableBits.Accessed;
    private const ulong Leaf = Linked | PageTableBits.Dirty;
    private const ulong Base = 0xffff_8880_0000_0000;
    private const ulong Descriptor = 0xffff_c900_0000_0000;
    private static readonly ulong[] Pages = [Base, Base + 0x1000, Base + 0x20_0000, Base + 0x4000_0000];

    public static IEnumerable<object[]> Seeds() => Enumerable.Range(1, 12).Select(seed => new object[] { seed, seed > 9 });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_same_translations_are_legal(int seed, bool withFaults)
    {
        var random = new Random(seed);
        var largest = 0;
        for (var round = 0; round < 12; round++)
        {
            var machine = new Machine(memorySize: 4 << 20);
            var tables = new Tables(machine.Memory);
            machine[Reg.Cr3] = tables.Roots[0];
            machine.Choices = new RandomChoices(random.Next());
            var reference = new Reference(machine.Memory) { Root = tables.Roots[0], IsGlobalOn = true };
            reference.Fill();
            for (var step = 0; step < 150; step++)
            {
                var what = Operate(machine, tables, reference, random, withFaults);
                reference.Fill();
                foreach (var page in Pages)
                {
                    var legal = reference.Legal(page);
                    var offered = machine.LegalTranslations(page).Select(Key).ToHashSet();
                    largest = Math.Max(largest, offered.Count);
                    var isRight = withFaults ? offered.IsSubsetOf(legal) : offered.SetEquals(legal);
                    Assert.True(isRight, $"seed {seed}, round {round}, step {step}, {what}, page {page:x}: {Text(offered)}; legal {Text(legal)}");
                }
            }
        }

        Assert.True(largest >= 3, $"at most {largest} translations at once: the test says little");
    }

    private static string Operate(Machine machine, Tables tables, Reference reference, Random random, bool withFaults)
    {
        var cpu = machine.Cpu;
        var page = Pages[random.Next(Pages.Length)];
        var hasPcid = (cpu.Cr4 & Cr4Bits.PCIDE) != 0;
        var pcid = hasPcid ? random.Next(3) : 0;
        var root = tables.Roots[random.Next(tables.Roots.Length)];
        switch (random.Next(24))
        {
            case < 11:
                return tables.Change(random, withFaults);
            case < 16:
                var noFlush = hasPcid && random.Next(6) != 0;
                Assert.True(cpu.WriteControl(3, root | (uint)pcid | (noFlush ? Cr3Bits.NoFlush : 0)));
                (reference.Root, reference.Pcid) = (root, pcid);
                if (!noFlush)
                {
                    reference.DropPcid(pcid);
                }

                return $"MOV CR3 {root:x} {pcid} {noFlush}";
            case 16:
                Assert.True(cpu.Invlpg(page));
                reference.DropPage(reference.Pcid, page, andGlobal: true);
                reference.DropTables(reference.Pcid);
                return "INVLPG";
            case < 19:
                var type = random.Next(10) is var drawn and < 9 ? drawn % 3 % 2 : random.Next(4);
                machine.Memory.Write(tables.Descriptor, (ulong)(uint)pcid);
                machine.Memory.Write(tables.Descriptor + 8, page);
                Assert.True(cpu.Invpcid((ulong)type, Descriptor));
                switch (type)
                {
                    case 0:
                        reference.DropPage(pcid, page, andGlobal: false);
                        reference.DropTables(pcid);
                        break;
                    case 1:
                        reference.DropPcid(pcid);
                        break;
                    case 2:
                        reference.DropAll();
                        break;
                    default:
                        reference.DropAllButGlobal();
                        break;
                }

                return $"INVPCID {type} {pcid}";
            case 19 when random.Next(4) == 0:
                Assert.True(cpu.WriteControl(4, cpu.Cr4 ^ Cr4Bits.PGE));
                reference.IsGlobalOn = !reference.IsGlobalOn;
                reference.DropAll();
                return "CR4.PGE";
            case 20 when random.Next(4) == 0:
                if (cpu.WriteControl(4, cpu.Cr4 ^ Cr4Bits.PCIDE) && hasPcid)
                {
                    reference.DropAll();
                    reference.Pcid = 0;

                    // The low bits of CR3 mean nothing now; PCIDE can be set again only when they are 0.
                    cpu.Cr3 = reference.Root;
                }

                return "CR4.PCIDE";
            default:
                var isRead = cpu.Load8(page, out _);
                if (!isRead)
                {
                    reference.DropPage(reference.Pcid, page, andGlobal: true);
                    reference.DropTables(reference.Pcid, page);
                }

                return $"access {isRead}";
        }
    }

    private static (ulong Frame, ulong Rights, int Shift) Key(Translation translation) =>
        (translation.Frame.Value, translation.Bits & (PageTableBits.Writable | PageTableBits.User | PageTableBits.NoExecute), translation.Shift);

    private static string Text(IEnumerable<(ulong Frame, ulong Rights, int Shift)> set) => string.Join(" ", set.Order());

    /// <summary>Two trees of tables; at each level two tables that may be linked, so that a table can be exchanged, unlinked and found again.</summary>
    private sealed class Tables
    {
        private readonly PhysicalMemory _memory;
        private readonly List<(ulong Slot, ulong[] Values)> _slots = [];
        private ulong _next = 0x1000;

        public Tables(PhysicalMemory memory)
        {
            _memory = memory;
            Descriptor = Take();
            var builder = new PageTableBuilder(memory, 0x20_0000);
            Roots = [Take(), Take()];
            foreach (var root in Roots)
            {
                builder.Map(root, WorstCaseReferenceTests.Descriptor, Descriptor, Leaf);
                AddSlot(root + (((Base >> 39) & 0x1FF) * 8), [.. Enumerable.Range(0, 2).Select(_ => NewDirectoryPointers() | Linked)]);
            }
        }

        public ulong[] Roots { get; }

        public ulong Descriptor { get; }

        public string Change(Random random, bool mayUnmap)
        {
            var (slot, values) = _slots[random.Next(_slots.Count)];
            var value = values[random.Next(values.Length)];
            value = random.Next(4) == 0 ? value & ~PageTableBits.Writable : value;
            value = mayUnmap && random.Next(4) == 0 ? value & ~PageTableBits.Present : value;
            _memory.Write(slot, value);
            return $"[{slot:x}] = {value:x}";
        }

        private ulong NewDirectoryPointers()
        {
            var table = Take();
            AddSlot(table, [.. Enumerable.Range(0, 2).Select(_ => NewDirectory() | Linked)]);
            AddSlot(table + 8, [0x4000_0000UL | Leaf | PageTableBits.PageSize, 0xC000_0000UL | Leaf | PageTableBits.PageSize | PageTableBits.Global]);
            return table;
        }

        private ulong NewDirectory()
        {
            var table = Take();
            AddSlot(table, [.. Enumerable.Range(0, 2).Select(_ => NewTable() | Linked)]);
            AddSlot(table + 8, [0x20_0000UL | Leaf | PageTableBits.PageSize, 0x60_0000UL | Leaf | PageTableBits.PageSize | PageTableBits.Global, NewTable() | Linked]);
            return table;
        }

        private ulong NewTable()
        {
            var table = Take();
            for (var entry = 0UL; entry < 2; entry++)
            {
                AddSlot(table + (entry * 8), [Take() | Leaf, Take() | Leaf | PageTableBits.Global, Take() | (Leaf & ~PageTableBits.User)]);
            }

            return table;
        }

        private void AddSlot(ulong slot, ulong[] values)
        {
            _slots.Add((slot, values));
            _memory.Write(slot, values[0]);
        }

        private ulong Take() => _next += 0x1000;
    }

    /// <summary>What may be cached, as sets: translations by PCID or global, and entries of paging-structure caches by PCID.</summary>
    private sealed class Reference(PhysicalMemory memory)
    {
        private const int Global = -1;
        private const ulong Rights = PageTableBits.Writable | PageTableBits.User;

        private readonly HashSet<(int Space, ulong Start, ulong Frame, ulong Rights, int Shift)> _tlb = [];
        private readonly HashSet<(int Pcid, ulong Prefix, int Level, ulong Table, ulong Rights)> _tables = [];

        public ulong Root { get; set; }

        public int Pcid { get; set; }

        public bool IsGlobalOn { get; set; }

        public void Fill()
        {
            foreach (var page in Pages)
            {
                Walk(page, Root, 39, Rights);
                for (var before = -1; before != _tables.Count;)
                {
                    before = _tables.Count;
                    foreach (var start in _tables.Where(t => t.Pcid == Pcid && page >> (t.Level + 9) == t.Prefix).ToList())
                    {
                        Walk(page, start.Table, start.Level, start.Rights);
                    }
                }
            }
        }

        public HashSet<(ulong Frame, ulong Rights, int Shift)> Legal(ulong page) =>
            [.. _tlb.Where(t => (t.Space == Pcid || (t.Space == Global && IsGlobalOn)) && page >> t.Shift == t.Start).Select(t => (t.Frame, t.Rights, t.Shift))];

        public void DropAll()
        {
            _tlb.Clear();
            _tables.Clear();
        }

        public void DropAllButGlobal()
        {
            _tlb.RemoveWhere(static t => t.Space != Global);
            _tables.Clear();
        }

        public void DropPcid(int pcid)
        {
            _tlb.RemoveWhere(t => t.Space == pcid);
            DropTables(pcid);
        }

        public void DropPage(int pcid, ulong page, bool andGlobal) =>
            _tlb.RemoveWhere(t => (t.Space == pcid || (andGlobal && t.Space == Global)) && page >> t.Shift == t.Start);

        public void DropTables(int pcid, ulong? page = null) =>
            _tables.RemoveWhere(t => t.Pcid == pcid && (page is not { } place || place >> (t.Level + 9) == t.Prefix));

        private void Walk(ulong page, ulong table, int level, ulong rights)
        {
            for (; ; level -= 9)
            {
                var entry = memory.Read<ulong>(table + (((page >> level) & 0x1FF) * 8));
                if ((entry & PageTableBits.Present) == 0)
                {
                    return;
                }

                rights &= entry;
                if (level == 12 || (entry & PageTableBits.PageSize) != 0)
                {
                    var space = (entry & PageTableBits.Global) != 0 && IsGlobalOn ? Global : Pcid;
                    _tlb.Add((space, page >> level, entry & PageTableBits.AddressMask, rights & Rights, level));
                    return;
                }

                table = entry & PageTableBits.AddressMask;
                _tables.Add((Pcid, page >> level, level - 9, table, rights & Rights));
            }
        }
    }
}
