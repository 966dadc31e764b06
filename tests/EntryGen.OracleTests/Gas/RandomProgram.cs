using System.Text;

namespace EntryGen.OracleTests.Gas;

/// <summary>Small assembly programs made at random out of the macro engine's grammar, now and then with a mistake.</summary>
/// <param name="random">Decides; the same seed gives the same programs.</param>
internal sealed class RandomProgram(Random random)
{
    private static readonly string[] Parameters = ["a", "b", "ab", "reg", "x"];

    private static readonly string[] Symbols = ["v", "w", "vec", "never"];

    // What an argument can be: blanks, commas, quotes and brackets are where readings differ.
    private static readonly string[] Arguments =
    [
        "1", "2", "-1", "(1)", "(1 + 2)", "1 + 2", "1 -2", "3*4", "%rax", "%rsp", "$5", "$v", "8(%rsp)", "-8(%rsp, %rax, 8)", "(%rax) %rbx", "\"s t\"",
        "\"a,b\"", "\"\"", "\"x;y\"", "foo", ".Lx", "v", "w+1", "a b", "a,b", "'c'", "' '", "[1 2]", "{z}", "%gs:v", "v(%rip)", "!v", "~1", "a=1", "b=2",
        "reg=%rax", "x=\"p q\"", "q=1", "", "\\a", "&a", "a&b", "<1>", "\\@", "1;2", "# c", "/ 2", "*%rax", "a . b", "1:", "$", "%",
    ];

    private static readonly string[] Conditions =
    [
        ".if {e}", ".if {e}", ".if {r}", ".if {r} || {e}", ".ifeq {e}", ".ifne {e}", ".ifgt {e}", ".ifge {e}", ".iflt {e}", ".ifle {e}", ".ifb {t}", ".ifnb {t}", ".ifc {t},{t}", ".ifnc {t},{t}",
        ".ifc {t} , {t}", ".ifdef {s}", ".ifndef {s}", ".ifeqs \"{t}\",\"a\"", ".ifnes \"a\" , \"a\"", ".IF {e}", ".ifnotdef {s}",
    ];

    private static readonly string[] Operators =
        ["+", "-", "*", "/", "%", "<<", ">>", "|", "&", "^", "!", "==", "!=", "<>", "<", "<=", ">", ">=", "&&", "||", " + ", " - ", " * ", " == ", " && ", " | ", " & "];

    private static readonly string[] Data =
    [
        ".byte {e}", ".byte {e}, {e}", ".long {e}", ".quad {e},{e}", ".ascii \"{t}\"", "1: .byte {e}; .if . - 1b == 1; nop; .endif", ".asciz \"{t}\\n\"", ".skip 1", ".word {e}", "nop", "mov %rax, %rbx", "push {a}", "lock; nop",
        "rep; nop", ".globl g{d}", ".type g{d}, @function", ".balign 8", ".p2align 4,,15", ".pushsection .data; .byte {e}; .popsection", ".section .text",
    ];

    private readonly StringBuilder _text = new();
    private readonly List<(string Name, string[] Parameters)> _macros = [];
    private int _labels;
    private int _depth;
    private bool _inMacro;

    /// <summary>A program.</summary>
    public string Make()
    {
        _text.Append(" v = 3\n .set w, 5\n");
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            DefineMacro();
        }

        for (var i = random.Next(2, 7); i > 0; i--)
        {
            Statement([]);
        }

        return _text.ToString();
    }

    private string Pick(string[] from) => from[random.Next(from.Length)];

    private bool Chance(int percent) => random.Next(100) < percent;

    private void DefineMacro()
    {
        var name = "m" + _macros.Count;
        var count = random.Next(0, 4);
        var parameters = Parameters.OrderBy(_ => random.Next()).Take(count).ToArray();
        _text.Append(Chance(90) ? " .macro " : " .MACRO ").Append(name);
        for (var i = 0; i < count; i++)
        {
            _text.Append(Chance(60) ? " " : i > 0 && Chance(70) ? ", " : " ").Append(parameters[i]);
            _text.Append(random.Next(8) switch
            {
                0 => ":req",
                1 => "=" + Pick(Arguments),
                2 => " = 7",
                3 when i == count - 1 => ":vararg",
                _ => "",
            });
        }

        _text.Append('\n');
        _inMacro = true;
        _depth++;
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            Statement(parameters);
        }

        _depth--;
        _inMacro = false;
        _text.Append(" .endm\n");
        _macros.Add((name, parameters));
    }

    private void Statement(string[] parameters)
    {
        if (_depth < 4 && Chance(35))
        {
            Block(parameters);
            return;
        }

        switch (random.Next(12))
        {
            case < 4 when _macros.Count > 0:
                Call(parameters);
                break;
            case 4:
                _text.Append($" {Pick(Symbols)} = {Expression(parameters)}\n");
                break;
            case 5:
                _text.Append($" .set {Pick(Symbols)}, {Expression(parameters)}\n");
                break;
            case 6:
                _text.Append($"{random.Next(3)}: {Fill(Pick(Data), parameters)}\n");
                break;
            case 7:
                _text.Append($"L{_labels++}{(_inMacro ? "_\\@" : "")}: {Fill(Pick(Data), parameters)}\n");
                break;
            case 8 when Chance(20):
                _text.Append(Pick([" .err\n", " .error \"stop\"\n", " .endif\n", " .else\n", " .altmacro\n", " .noaltmacro\n", " .bogus 1\n", " .byte 1 2\n", " .warning \"w\"\n"]));
                break;
            default:
                _text.Append($" {Fill(Pick(Data), parameters)}{(Chance(20) ? "; " + Fill(Pick(Data), parameters) : "")}{(Chance(10) ? " # c" : "")}\n");
                break;
        }
    }

    private void Block(string[] parameters)
    {
        _depth++;
        switch (random.Next(6))
        {
            case 0:
                Body($" .rept {random.Next(0, 4)}\n", parameters, " .endr\n");
                break;
            case 1:
                Body($" .irp x{(Chance(50) ? "," : " ")}{string.Join(Chance(50) ? "," : " ", Enumerable.Range(0, random.Next(0, 4)).Select(_ => Fill(Pick(Arguments), parameters)))}\n", [.. parameters, "x"], " .endr\n");
                break;
            case 2:
                Body($" .irpc x,{Pick(["abc", "1", "", "a b", "12.3"])}\n", [.. parameters, "x"], " .endr\n");
                break;
            default:
                Body($" {Fill(Pick(Conditions), parameters)}\n", parameters, "");
                if (Chance(25))
                {
                    Body($" .elseif {Expression(parameters)}\n", parameters, "");
                }

                if (Chance(50))
                {
                    Body(" .else\n", parameters, "");
                }

                _text.Append(Chance(97) ? " .endif\n" : "");
                break;
        }

        _depth--;
    }

    private void Body(string start, string[] parameters, string end)
    {
        _text.Append(start);
        for (var i = random.Next(0, 3); i > 0; i--)
        {
            Statement(parameters);
        }

        _text.Append(end);
    }

    private void Call(string[] parameters)
    {
        var (name, formals) = _macros[random.Next(_macros.Count)];
        _text.Append(' ').Append(Chance(90) ? name : name.ToUpperInvariant()).Append(Chance(95) ? " " : "");
        var count = Math.Max(0, formals.Length + (Chance(15) ? 1 : 0) - (Chance(25) ? 1 : 0));
        for (var i = 0; i < count; i++)
        {
            _text.Append(i > 0 ? Pick([" ", ",", ", ", " , "]) : "");
            if (i < formals.Length && Chance(25))
            {
                _text.Append(formals[i]).Append('=');
            }

            _text.Append(Fill(Pick(Arguments), parameters));
        }

        _text.Append('\n');
    }

    private string Fill(string pattern, string[] parameters)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '{' && i + 2 < pattern.Length && pattern[i + 2] == '}')
            {
                text.Append(pattern[i + 1] switch
                {
                    'e' => Expression(parameters),
                    't' => Text(parameters),
                    'a' => Use(parameters) ?? "%rax",
                    'r' => $"({Use(parameters) ?? "%rax"}) {Pick(["==", "!="])} {Pick(["%rax", "%RSP", "never", "v", "3"])}",
                    's' => Pick(Symbols),
                    'd' => random.Next(3).ToString(System.Globalization.CultureInfo.InvariantCulture),
                    _ => "",
                });
                i += 2;
            }
            else
            {
                text.Append(pattern[i]);
            }
        }

        return text.ToString();
    }

    private string Expression(string[] parameters)
    {
        var text = new StringBuilder(Operand(parameters));
        for (var i = random.Next(0, 3); i > 0; i--)
        {
            text.Append(Pick(Operators)).Append(Operand(parameters));
        }

        return text.ToString();
    }

    private string Operand(string[] parameters) => random.Next(10) switch
    {
        0 => $"({Expression(parameters)})",
        1 => Pick(["-", "~", "!", "+"]) + Pick(["1", "v", "0x10"]),
        2 or 3 => Pick(["v", "w"]),
        4 or 5 when Use(parameters) is { } use => use,
        6 => Pick(["017", "0b11", "0xffffffffffffffff", "10UL"]),
        _ => random.Next(9).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private string Text(string[] parameters)
    {
        var text = new StringBuilder();
        for (var i = random.Next(0, 3); i > 0; i--)
        {
            text.Append(Chance(50) ? Use(parameters) ?? "a" : Pick(["a", "A", "b", " ", ".", "x y", "1"]));
        }

        return text.ToString();
    }

    // A parameter as a body uses it.
    private string? Use(string[] parameters)
    {
        if (parameters.Length == 0)
        {
            return null;
        }

        var name = Pick(parameters);
        return random.Next(12) switch
        {
            0 => $"\\{name}\\()",
            1 => $"\\()\\{name}",
            2 => $"\\{name}\\@",
            3 => $"&{name}",
            4 => $"\\({name})",
            5 => $"\\{name}2",
            6 => name,
            _ => $"\\{name}",
        };
    }
}
