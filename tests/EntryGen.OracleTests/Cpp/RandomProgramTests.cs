using System.Text;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests.Cpp;

/// <summary>Programs made at random out of the preprocessor's grammar, against <c>gcc -E</c>.</summary>
public class RandomProgramTests
{
    private static readonly string[] Names = ["A", "B", "C", "D", "F", "G", "H", "x", "y", "AB"];

    private static readonly string[] Fillers =
        ["1", "2f", ".5", "+", "-", ".", "%", "$", "\\", "@", "<", ">", "=", "/", "\"s\"", "'c'", ";", ":", "#", "[", "]", "&", "|", "!", ".L", "0xe", "->"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    [GccTheory]
    [MemberData(nameof(Seeds))]
    public void Text_equals_gcc(int seed)
    {
        var directory = Directory.CreateTempSubdirectory("entrygen-cpp-");
        try
        {
            for (var i = 0; i < 40; i++)
            {
                var text = new Generator(new Random((seed * 1000) + i)).Program();
                File.WriteAllText(Path.Combine(directory.FullName, "a.S"), text);
                var (_, output) = GccPreprocessor.Run(directory.FullName, "-E", "-nostdinc", "a.S");

                var result = new Preprocessor(new PreprocessorOptions(), new FileResolver(directory.FullName)).Process(new SourceText("a.S", text));

                var expected = string.Join("\n", GccPreprocessor.Parse(output));
                var actual = string.Join("\n", PreprocessedLine.Of(result));
                Assert.True(expected == actual, $"program {(seed * 1000) + i}:\n{text}\n--- gcc\n{expected}|\n--- ours\n{actual}|");
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private sealed class Generator(Random random)
    {
        private readonly StringBuilder _text = new();

        public string Program()
        {
            for (var i = random.Next(3, 9); i > 0; i--)
            {
                Define();
            }

            for (var i = random.Next(3, 10); i > 0; i--)
            {
                Line();
            }

            return _text.ToString();
        }

        private string Pick(string[] from) => from[random.Next(from.Length)];

        private bool Chance(int percent) => random.Next(100) < percent;

        private void Blank()
        {
            if (Chance(50))
            {
                _text.Append(Chance(90) ? " " : Chance(50) ? "\t " : "/**/");
            }
        }

        private void Define()
        {
            var name = Names[random.Next(7)];
            _text.Append(Chance(20) ? $"#undef {name}\n" : "").Append("#define ").Append(name);
            string[] parameters = [];
            if (Chance(65))
            {
                parameters = random.Next(5) switch
                {
                    0 => [],
                    1 => ["p"],
                    2 => ["p", "q"],
                    3 => ["p", "..."],
                    _ => ["p", "q..."],
                };
                _text.Append('(').AppendJoin(Chance(50) ? "," : ", ", parameters).Append(')');
                parameters = [.. parameters.Select(parameter => parameter == "..." ? "__VA_ARGS__" : parameter.TrimEnd('.'))];
            }

            _text.Append(' ');
            var count = random.Next(0, 7);
            for (var i = 0; i < count; i++)
            {
                if (i > 0 && Chance(15))
                {
                    _text.Append(Chance(50) ? " ## " : "##");
                }
                else
                {
                    Blank();
                }

                BodyItem(parameters);
            }

            _text.Append('\n');
        }

        private void BodyItem(string[] parameters)
        {
            if (parameters.Length > 0 && Chance(50))
            {
                if (Chance(15))
                {
                    _text.Append(Chance(70) ? "#" : "# ");
                }
                else if (Chance(15))
                {
                    _text.Append(", ## ");
                }

                _text.Append(Pick(parameters));
            }
            else
            {
                Item(1);
            }
        }

        private void Line()
        {
            if (Chance(10))
            {
                Conditional();
                return;
            }

            for (var i = random.Next(1, 7); i > 0; i--)
            {
                // At the start of a line '#' would make a directive out of what follows.
                Item(0);
                Blank();
            }

            _text.Append('\n');
        }

        private void Conditional()
        {
            _text.Append(Chance(50) ? "#ifdef " : "#ifndef ").Append(Pick(Names)).Append('\n');
            Line();
            if (Chance(60))
            {
                _text.Append("#else\n");
                Line();
            }

            _text.Append("#endif\n");
        }

        private void Item(int depth)
        {
            if (Chance(45))
            {
                _text.Append(Pick(Names));
                if (Chance(65))
                {
                    Call(depth);
                }
            }
            else if (Chance(8))
            {
                _text.Append(Chance(70) ? "__LINE__" : "__COUNTER__");
            }
            else if (_text[^1] != '\n')
            {
                _text.Append(Pick(Fillers));
            }
        }

        private void Call(int depth)
        {
            Blank();
            _text.Append('(');
            for (var i = random.Next(0, 4); i > 0; i--)
            {
                for (var n = random.Next(0, 3); n > 0; n--)
                {
                    Blank();
                    if (depth < 3)
                    {
                        Item(depth + 1);
                    }

                    if (depth == 0 && Chance(5))
                    {
                        _text.Append("\n ");
                    }
                }

                Blank();
                if (i > 1)
                {
                    _text.Append(',');
                }
            }

            _text.Append(')');
        }
    }
}
