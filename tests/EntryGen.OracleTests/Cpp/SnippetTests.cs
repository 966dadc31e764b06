using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests.Cpp;

/// <summary>Small inputs that are hard to get right, against <c>gcc -E</c>.</summary>
public class SnippetTests
{
    public static TheoryData<string, string> Snippets { get; } = new()
    {
        { "arguments over lines", "#define F(a,b) [a|b|__LINE__]\nx F(1,\n  2) __LINE__ y\nF\n (1,2)\nF\nnext\nlast F\n" },
        { "call at the end of a line, then a directive", "#define F(a) <a>\nF\n#define Z 1\n(Z) F(\n#ifdef Z\nyes\n#else\nno\n#endif\n)\n" },
        { "line numbers in arguments", "#define ID(x) x\n#define F(a,b) a b __LINE__\n#define N F(1,2) __LINE__\nID(\n__LINE__\n N\n F(1,\n __LINE__)\n) __LINE__\n" },
        { "same macro in its own argument", "#define A(x) <x>\nA(A(1)) A(A)(2) A(A(A)(3))\n#define f(x) x f\nf(1)(2)(3)\n#define g f(1\ng)(2)\n" },
        { "names that come back", "#define foo bar\n#define bar foo\nfoo bar foo\n#define z z[0]\nz\n#define q(x) w\n#define w q\nw(1)(2)(3)\n" },
        { "paste", "#define P(a,b) a ## b\nP(x,1) P(1,x) P(.L,x) P(<,<) P(-,>) P(.,..) P(L,\"x\") P(,) P(a,) P(,b) P(/,/) P(/,*) P(+,+) P(0x,1f) P(1e,+) P(a b,c d)\n" },
        { "paste that is no token", "#define P(a,b) a ## b\n#define Q .L ## n\n#define R . ## x\n#define S(n) .L__size_ ## n\nP(.,x) P($,x) P(\\,x) P(a,.b) P(.,b.c) P(@,x) Q R S(\\sym) S( \\sym ) P(P,(1,2))\n" },
        { "paste of three", "#define T(a,b,c) a ## b ## c\nT(x,y,z) T(x,,z) T(,,) T(,,z) T(x,,) T(.,x,y) T(1,.,2) T(+,+,+)\n#define U(a,b) x a ## b y\nU(,) U(1,) U(,2)\n" },
        { "paste makes a macro", "#define XY found\n#define P(a,b) a ## b\nP(X,Y) P(P,)(X,Y)\n#define CAT2(a,b) P(a,b)\n#define X A\nCAT2(X,Y) P(X,Y)\n" },
        { "stringify", "#define S(x) #x\nS(  a   + \"x\\n\" 'c' ) S(\"a\\\\b\") S() S( a\n  b ) S(a/* c */b) S(\\) S(\\\\) S(it) S(@ # $) S(\") \n" },
        { "stringify after expansion", "#define S(x) #x\n#define XS(x...) S2(x)\n#define S2(x...) #x\n#define V 1 + 2\nS(V) XS(V) XS(V, V,V) XS() XS(\\par, %rax)\n" },
        { "hash that is no operator", "#define O # foo\n#define F(x) # foo x #x x# x #y\n#define G(n) # ## n\nO F(1) G(3)\n# O\n" },
        { "variable arguments", "#define V(a, ...) a, ## __VA_ARGS__;__VA_ARGS__\n#define W(a...) [x, ## a]\nV(1) V(1,) V(1,2,3) W() W(1,2) W( )\n#define M(f, x...) f(x)\n#define N(a,b) a-b\nM(N, 1, 2)\n" },
        { "variable arguments are not expanded twice", "#define E(...) e(, ## __VA_ARGS__)\n#define ONE 1\nE(ONE, E(ONE)) E(E())\n" },
        { "empty arguments", "#define E0() zero\n#define E1(x) <x>\n#define E2(x,y) <x|y>\nE0() E0( ) E1() E1( ) E2(,) E2( , ) E2((,),(a,b))\n" },
        { "blanks where tokens meet", "#define EMPTY\n#define ID(x) x\n#define LP (\n#define M -1\nID LP 1) ID EMPTY (2) -EMPTY- +ID(+)+ ID(-)-1 ID(a)b ID(a)1 ID(a)1.5 ID(a)1e+1 ID(1)a ID(1).2 ID(.)3 ID(x)\"s\" -M M-M 152M ID(<)= ID(/)/ ID(\\)x $M %M\n" },
        { "blanks around expansion", "#define A b\n#define F(x) (x)\n#define G(x,y) x y\nA.A A .A A. A (A)A F(A)F( A ) F( a b )A G( 1 , 2 )G(1,2) G(,)x x G(,) \n" },
        { "apostrophes and quotes", "#define A b\n# it's A /* no comment\nA's A\n' A\n\" A /* x\n'A' \"A\" A\n// it's A\n/* it's\n A */ A\n" },
        { "dollar", "#define BIT 12\nmov $BIT,%rax; mov $BIT$BIT, a$BIT\n" },
        { "comments", "a/**/b a/* */b /* x */ c // d\\\ne\nf /* g\nh */ i\n/* j */ # k\n#define X /* l\n m */ n\nX\n" },
        { "continuations", "abc\\\ndef a\\\n b \"str\\\ning\" 1\\\n2 <\\\n< /\\\n* x *\\\n/ y\n#def\\\nine Q \\\n q\nQ\\\n Q \\ \nx\n" },
        { "unknown directives", "#define A b\n#unknown A\n  # 12 A\n# 1A A\n#\n# \n#!A\nx#define Q\n" },
        { "ignored directives", "#pragma foo A\n#ident \"x\"\na\n#pragma once\n_Pragma(\"foo\") b\n" },
        { "push and pop", "#define A 1\n#pragma push_macro(\"A\")\n#undef A\n#define A 2\nA\n#pragma pop_macro(\"A\")\nA\n_Pragma(\"push_macro(\\\"A\\\")\")\n#undef A\nA\n#pragma pop_macro(\"A\")\nA\n" },
        { "line directive", "#line 100 \"bar.S\"\n__LINE__ __FILE__\n#define N 200\n#line N\n__LINE__ x\n#line 7 \"baz.S\"\n\n\ny __FILE__\n" },
        { "built-in macros", "__LINE__ __FILE__ __BASE_FILE__ __FILE_NAME__ __INCLUDE_LEVEL__ __COUNTER__ __COUNTER__\n#define L __LINE__\n\nL __COUNTER__\n#ifdef __LINE__\nd\n#endif\n#if defined __has_include && !defined __has_builtin && !defined __has_attribute\nh\n#endif\n" },
        { "conditionals", "#define Y 1\n#if 0\na\n#if 1\nb\n#endif\n#elif 0\nc\n#elif Y\nd\n#elif 1\ne\n#else\nf\n#endif\n#ifndef Y\ng\n#else\nh\n#endif\n#ifdef N\n#error no\n#elifdef Y\ni\n#endif\n" },
        { "conditions", Conditions },
        { "is enabled", "#define ONE_ 0,\n#define SECOND(i, v, ...) v\n#define HAS(x) HAS2(x)\n#define HAS2(v) HAS3(ON ## E_##v)\n#define HAS3(x) SECOND(x 1, 0)\n#define ONE_1 0,\n#define C 1\n#if HAS(C)\nyes HAS(C)\n#endif\n#if HAS(D)\nno\n#else\nHAS(D)\n#endif\n" },
        { "operator names are plain names", "#if and\n#else\nx and or not\n#endif\n<: :> <% %> %: ??= a::b\n" },
        { "wide and raw strings", "#define L l\n#define R r\n#define u U\nL\"a\" L'a' L \"a\" R\"(x)\" u\"x\" u8\"x\"\n" },
        { "numbers", "#define e E\n#define x X\n0x1e+x 1e+e 1.e 1..e .1e 0xfp-e 1_e 1f 2b 3$e\n" },
        { "too many arguments", "#define F(a) <a>\nF(1,2) x\nF() y\n" },
        { "unterminated call", "#define F(a) <a>\nx F(1\ny\n" },
        { "unterminated call in a condition", "#define F(a) 1\n#if F(1\nx\n#else\ny\n#endif\nF(2)\n" },
        { "redefinition", "#define A 1\n#define A 2\nA\n#define B(x) x\n#define B(y) y y\nB(1)\n#undef B\nB(1)\n" },
        { "carriage returns", "#define A(x) \\\r\n  x\r\nA(1) // c\r\nA(\r\n2)\r\n#ifdef A\r\ny 'z\r\n#endif\r\n" },
        { "form feeds and tabs", "#define\tA\fb\nA\t\tA\f\vA\n\t#\tdefine\tB\tc\nB\n" },
        { "no newline at the end", "#define A b\nA" },
        { "end in a directive", "x\n#define A" },
        { "padding between calls", "#define LBL(n) n:\n#define ST ; ; LBL(foo)\n#define NOP_(x, y...) .if x ; y ; .endif\nST NOP_(1,  a ,b ) \\\n ST\n" },
        { "named and unnamed variable", "#define S(name, linkage, align...) linkage(name); align; name:\n#define G(n) .globl n\n#define AL .balign 8\nS(foo, G, AL) S(bar, G,)S(baz,G, AL, 1)\n" },
        { "optional comma", "#define V(a, ...) a __VA_OPT__(, x) __VA_ARGS__\nV(1) V(1,2) V(1,)\n#define W(...) f(0 __VA_OPT__(,(a)) __VA_ARGS__)x\n#define EMPTY\nW() W(1) W(EMPTY)\n" },
    };

    private const string Conditions =
        """
        #define T(n, x) n
        #define EMPTY
        #if (1 ? 2 : 3) == 2 && (0, 5) == 5
        a1
        #endif
        #if -1 > 0u
        a2
        #endif
        #if -1 >> 1 == -1 && 1 << 63 < 0 && (1 << 64) == 0 && 8 >> -1 == 16
        a3
        #endif
        #if 0x8000000000000000 / -1 > 0 && -9223372036854775807 - 1 < 0 && (-9223372036854775807 - 1) / -1 < 0
        a4
        #endif
        #if 'a' == 97 && '\n' == 10 && '\377' < 0 && 'ab' == 24930 && '\x41' == 65 && L'\377' == 255
        a5
        #endif
        #if 010 == 8 && 0b11 == 3 && 10UL == 10 && 10llu == 10 && 0xFFul == 255
        a6
        #endif
        #if !defined(X) && !defined X && defined(T) && defined EMPTY
        a7
        #endif
        #if 1 || 1/0
        a8
        #endif
        #if 0 && 1%0
        #elif X == 0
        a9
        #endif
        #if ~0 == -1 && !0 == 1 && - - 1 == 1 && +1 == 1 && 7 % -4 == 3 && -7 % 4 == -3 && -7 / 2 == -3
        b1
        #endif
        #if 1 | 2 ^ 3 & 4 == 4
        b2
        #endif
        #if (1 ? -1 : 0u) > 0
        b3
        #endif
        #if 5 - 3 - 1 == 1 && 1 + 2 * 3 == 7 && 1 < 2 == 1 && 16 >> 2 >> 1 == 2
        b4
        #endif
        #if 1 ? 0 ? 1 : 0 : 1
        b5
        #else
        b6
        #endif
        #if T(1, x) EMPTY
        b7
        #endif
        #if __has_include("nothing.h") || __has_include(<nothing.h>)
        b8
        #else
        b9
        #endif
        #if __x86_64__ && __ASSEMBLER__ && __GNUC__ >= 4 && __SIZEOF_LONG__ == 8 && __CHAR_BIT__ == 8
        c1
        #endif
        """;

    [GccTheory]
    [MemberData(nameof(Snippets))]
    public void Text_equals_gcc(string name, string text)
    {
        var directory = Directory.CreateTempSubdirectory("entrygen-cpp-");
        try
        {
            var file = Path.Combine(directory.FullName, "a.S");
            File.WriteAllText(file, text);
            var (_, output) = GccPreprocessor.Run(directory.FullName, "-E", "-nostdinc", "-I.", "a.S");

            var result = new Preprocessor(new PreprocessorOptions { IncludeDirectories = ["."] }, new FileResolver(directory.FullName)).Process(new SourceText("a.S", text));

            Assert.Equal(GccPreprocessor.Parse(output), PreprocessedLine.Of(result));
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        Assert.NotEmpty(name);
    }
}
