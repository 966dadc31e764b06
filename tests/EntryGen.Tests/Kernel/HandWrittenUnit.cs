using System.Globalization;
using System.Text;
using EntryGen.Emulation;

namespace EntryGen.Tests.Kernel;

/// <summary>
/// One instruction of a hand-written unit: it does all but advance RIP; false: a fault is recorded. One that sets RIP itself says so by changing it.
/// </summary>
internal delegate bool HandWrittenInstruction(ref Cpu cpu);

/// <summary>
/// A unit as the generator would emit it, from instructions written as C# delegates: what stands between a table and a machine, and no generator.
/// </summary>
internal sealed class HandWrittenUnit
{
    public const ulong EntryText = 0xffff_ffff_8300_0000;
    public const ulong Functions = 0xffff_ffff_8310_0000;
    public const ulong Data = 0xffff_ffff_8320_0000;
    private const ulong InstructionSize = 16;

    private readonly StringBuilder _tables = new();
    private readonly Dictionary<ulong, HandWrittenInstruction> _code = [];
    private readonly Dictionary<string, ulong> _functions = [];
    private ulong _next = EntryText;
    private ulong _nextFunction = Functions;
    private EntryUnit? _unit;

    public ulong Here => _next;

    public HandWrittenUnit Label(string name, EntryKind? entry = null)
    {
        Record("symbol", name, Hex(_next));
        if (entry is { } kind)
        {
            Record("entry", name, Hex(_next), kind.ToString().ToLowerInvariant());
        }

        return this;
    }

    public HandWrittenUnit Add(string text, HandWrittenInstruction instruction)
    {
        Record("insn", Hex(_next), text, $"entry/test.S:{_code.Count + 1}", "");
        _code.Add(_next, instruction);
        _next += InstructionSize;
        return this;
    }

    public HandWrittenUnit Push(Reg register) => Add(
        $"pushq %{register.ToString().ToLowerInvariant()}",
        (ref Cpu cpu) => TryPush(ref cpu, cpu.Machine[register]));

    public HandWrittenUnit Pop(Reg register) => Add(
        $"popq %{register.ToString().ToLowerInvariant()}",
        (ref Cpu cpu) =>
        {
            if (!cpu.Load64(cpu.Rsp, out var value))
            {
                return false;
            }

            cpu.Rsp += 8;
            cpu.Machine[register] = value;
            return true;
        });

    public HandWrittenUnit Call(string function)
    {
        if (!_functions.TryGetValue(function, out var address))
        {
            address = _functions[function] = _nextFunction;
            _nextFunction += InstructionSize;
            External(function, "function", address, 0);
        }

        return Add(
            $"call {function}",
            (ref Cpu cpu) =>
            {
                if (!TryPush(ref cpu, cpu.Rip + InstructionSize))
                {
                    return false;
                }

                cpu.Rip = address;
                return true;
            });
    }

    public HandWrittenUnit Iretq() => Add("iretq", (ref Cpu cpu) => cpu.Iretq());

    public HandWrittenUnit Swapgs() => Add("swapgs", (ref Cpu cpu) => cpu.SwapGs());

    public HandWrittenUnit External(string name, string kind, ulong address, ulong size, bool userMapped = false)
    {
        Record("external", name, kind, Hex(address), Hex(size), userMapped ? "u" : "-");
        return this;
    }

    public HandWrittenUnit Constant(string name, long value)
    {
        Record("constant", name, value.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    public HandWrittenUnit Section(string name, ulong address, ulong size, string flags, string data = "")
    {
        Record("section", name, Hex(address), Hex(size), flags, data);
        return this;
    }

    /// <summary>The per-CPU variables of a kernel of the 6.12 kind.</summary>
    public HandWrittenUnit KernelVariables() => External("cpu_tss_rw", "percpu", 0x2000, 0x3000, userMapped: true)
        .External("pcpu_hot", "percpu", 0x6000, 0x40)
        .External("cpu_tlbstate", "percpu", 0x6100, 0x100)
        .Constant("X86_top_of_stack", 24)
        .Constant("TLB_STATE_user_pcid_flush_mask", 22);

    public EntryUnit Build()
    {
        Section(".entry.text", EntryText, Math.Max(_next - EntryText, 1), "xu");
        return _unit = new EntryUnit("test", Step, Step, _tables.ToString(), []);
    }

    public static bool TryPush(ref Cpu cpu, ulong value)
    {
        if (!cpu.Store64(cpu.Rsp - 8, value))
        {
            return false;
        }

        cpu.Rsp -= 8;
        return true;
    }

    private Stop Step(ref Cpu cpu)
    {
        var address = cpu.Rip;
        if (!_code.TryGetValue(address, out var instruction))
        {
            return cpu.CallExternal(_unit!);
        }

        if (cpu.Budget <= 0)
        {
            return new Stop(StopKind.Budget);
        }

        if (!cpu.FetchInstruction(address) || !instruction(ref cpu))
        {
            return cpu.Fault();
        }

        cpu.Rip = cpu.Rip == address ? address + InstructionSize : cpu.Rip;
        cpu.Budget--;
        if (cpu.IsObserved)
        {
            cpu.Retired(address);
        }

        return default;
    }

    private void Record(params string[] fields) => _tables.AppendJoin('\t', fields).Append('\n');

    private static string Hex(ulong value) => value.ToString("x", CultureInfo.InvariantCulture);
}
