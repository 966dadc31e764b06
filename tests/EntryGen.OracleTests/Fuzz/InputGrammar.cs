using System.Globalization;
using System.Text;

namespace EntryGen.OracleTests.Fuzz;

/// <summary>Writes units out of the grammar of preprocessor, macro engine and instructions: mostly sensible, nested, and reaching the later stages.</summary>
/// <param name="random">Decides everything.</param>
internal sealed class InputGrammar(Random random)
{
    private static readonly string[] _registers = ["%rax", "%rbx", "%rcx", "%rdx", "%rsi", "%rdi", "%rsp", "%rbp", "%r8", "%r14", "%eax", "%edx", "%ax", "%al", "%cr3", "%gs", "%r99"];

    private static readonly string[] _mnemonics =
    [
        "movq", "movl", "mov", "xorl", "addq", "andq", "testb", "btq", "pushq", "popq", "leaq", "cmpq", "shrq", "swapgs", "iretq", "sysretq", "lfence", "nop", "ret",
        "wrmsr", "cld", "call", "jmp", "jz", "jnc", "verw", "rep movsq", "lock addl", "frobnicate",
    ];

    private static readonly string[] _sections = [".text", ".data", ".section .entry.text, \"ax\"", ".section .rodata", ".pushsection .x, \"ax\"", ".popsection", ".previous", ".subsection 1"];

    private readonly StringBuilder _text = new();
    private int _names;
    private int _depth;

    /// <summary>A unit of about a size.</summary>
    /// <param name="length">Characters after which no more is begun.</param>
    public string Write(int length)
    {
        while (_text.Length < length)
        {
            WriteBlock();
        }

        return _text.ToString();
    }

    private void WriteBlock()
    {
        _depth++;
        switch (_depth > 8 ? 0 : random.Next(16))
        {
            case < 5:
                WriteInstruction();
                break;
            case 5:
                Line($"{Pick("l", "1", "2", ".L")}{(random.Next(2) == 0 ? "" : NewName())}:");
                break;
            case 6:
                Line($"#define {Name()}{Pick("", "(x)", "(x, y...)", "()")} {Pick("x", "#x", "x##x", "x y", Name(), Name() + "(" + Name() + ")", "\\x", "1", "")}");
                break;
            case 7:
                Around($"#{Pick("if", "if !", "ifdef ", "ifndef ")} {Expression(0)}", Pick("#else", "#elif 1", ""), "#endif");
                break;
            case 8:
                Around($".macro M{Name()} {Pick("", "a", "a:req", "a, b=1", "a b:vararg", "a=%rax")}", Pick("M" + Name(), "\\a", ".exitm", "l\\@:", "\\b"), ".endm");
                break;
            case 9:
                Line($"M{Name()} {Pick("", "1", "%rax", "a=2", "\"nop; nop\"", "(1 - 2) 3", "x y, z", Expression(0))}");
                break;
            case 10:
                Around(Pick(".rept " + random.Next(5), ".irp x, 1, %rax, \"a b\"", ".irpc x, a1;"), Pick("\\x", ".byte \\x", ""), ".endr");
                break;
            case 11:
                Around($".{Pick("if", "ifc", "ifb", "ifnb", "ifdef", "ifeqs")} {Pick(Expression(0), "a, a", "\"a\", \"b\"", "")}", Pick(".else", ".elseif 1", ""), ".endif");
                break;
            case 12:
                Line(Pick(_sections));
                break;
            case 13:
                Line($"{Pick(".byte", ".long", ".quad", ".skip", ".balign", ".ascii", ".org", ".fill")} {Pick(Expression(0), "\"text\\0\"", "1, 2, 3", "2b - 1b", "l - .")}");
                break;
            case 14:
                Line($"{Name()} {Pick("=", "==")} {Expression(0)}");
                break;
            default:
                WriteAlternative();
                break;
        }

        _depth--;
    }

    private void WriteInstruction()
    {
        var operands = random.Next(4) switch { 0 => "", 1 => Operand(), 2 => Operand() + ", " + Operand(), _ => "$" + Expression(0) + ", " + Operand() };
        Line($"{(random.Next(8) == 0 ? NewName() + ": " : "")}{Pick(_mnemonics)} {operands}");
    }

    private void WriteAlternative()
    {
        var feature = random.Next(700).ToString(CultureInfo.InvariantCulture);
        Line(random.Next(3) switch
        {
            0 => $"ALTERNATIVE \"{Pick("", "nop", "jmp 1f", "call l")}\", \"{Pick("", "lfence", "ret", "swapgs; nop")}\", {feature}",
            1 => $"ALTERNATIVE_2 \"nop\", \"lfence\", {feature}, \"{Pick("", "ret")}\", ALT_NOT({feature})",
            _ => "_ASM_EXTABLE(1b, 1f)",
        });
    }

    private void Around(string open, string middle, string close)
    {
        Line(open);
        for (var i = random.Next(4); i > 0; i--)
        {
            WriteBlock();
        }

        Line(middle);
        if (random.Next(3) == 0)
        {
            WriteBlock();
        }

        if (random.Next(30) != 0)
        {
            Line(close);
        }
    }

    private string Operand() => random.Next(7) switch
    {
        0 or 1 => Pick(_registers),
        2 => "$" + Expression(0),
        3 => $"{Expression(0)}({Pick(_registers)})",
        4 => $"{Pick("%gs:", "%fs:", "")}{Name()}{Pick("(%rip)", "", " + 8(%rip)")}",
        5 => $"{Pick("", "8")}({Pick(_registers)}, {Pick(_registers)}, {Pick("1", "2", "8", "3")})",
        _ => Pick("1f", "1b", "2f", "l", "*%rax", "*8(%rax)", "l" + _names),
    };

    private string Expression(int depth) => depth > 5
        ? "1"
        : random.Next(9) switch
        {
            0 => $"({Expression(depth + 1)})",
            1 => $"{Pick("-", "~", "!")}{Expression(depth + 1)}",
            2 or 3 => $"{Expression(depth + 1)} {Pick("+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^", "==", "<", "&&", "||", "!=")} {Expression(depth + 1)}",
            4 => Name(),
            5 => Pick("1b", ".", "%rax", "'a'", "0x7f", "1f - 1b"),
            _ => random.Next(300).ToString(CultureInfo.InvariantCulture),
        };

    private string Name() => Pick("A", "B", "C", "D", "x", "l" + random.Next(1 + _names).ToString(CultureInfo.InvariantCulture));

    private string NewName() => "l" + (++_names).ToString(CultureInfo.InvariantCulture);

    private string Pick(params string[] from) => from[random.Next(from.Length)];

    private void Line(string text) => _text.Append(text).Append(random.Next(12) == 0 ? " ; " : "\n");
}
