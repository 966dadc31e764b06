using System.Reflection;
using EntryGen.Emulation;
using EntryGen.Generators;
using EntryGen.Kernel;
using EntryGen.Tests.Harness;
using EntryGen.Tracing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EntryGen.Tests.Kernel;

/// <summary>Entry code written in C#, through the generator, in the kernel environment.</summary>
public sealed class LiteralUnitTests
{
    private const string Source = """
        using EntryGen;

        [EntryCode]
        public static partial class Paranoid
        {
            private const int PTI_USER_PGTABLE_BIT = 12;
            private const int PTI_USER_MASK = 0x1800;

            [PerCpu]
            public static partial PerCpu<ushort> user_pcid_flush_mask { get; }

            [PerCpu(UserMapped = true)]
            public static partial PerCpu<ulong> scratch { get; }

            [Macro("scratch:req save:req")]
            private const string SAVE_AND_SWITCH = \"\"\"
                    ALTERNATIVE "jmp .Lsaved_\@", "", X86_FEATURE_PTI
                    movq    %cr3, \save
                    btq     $PTI_USER_PGTABLE_BIT, \save
                    jnc     .Lsaved_\@
                    movq    \save, \scratch
                    ALTERNATIVE "", "btsq $63, \scratch", X86_FEATURE_PCID
                    andq    $~PTI_USER_MASK, \scratch
                    movq    \scratch, %cr3
                .Lsaved_\@:
                \"\"\";

            [Macro("scratch:req save:req")]
            private const string RESTORE = \"\"\"
                    ALTERNATIVE "jmp .Lrestored_\@", "", X86_FEATURE_PTI
                    btq     $PTI_USER_PGTABLE_BIT, \save
                    jnc     .Lrestored_\@
                    ALTERNATIVE "jmp .Lwrite_\@", "", X86_FEATURE_PCID
                    movq    \save, \scratch
                    andq    $0x7ff, \scratch
                    btrq    \scratch, PER_CPU_VAR(user_pcid_flush_mask)
                    jc      .Lwrite_\@
                    btsq    $63, \save
                .Lwrite_\@:
                    movq    \save, %cr3
                .Lrestored_\@:
                \"\"\";

            [Entry(\"\"\"
                    pushq   %rax
                    pushq   %rcx
                    pushq   %rdx
                    pushq   %rsi
                    pushq   %rdi
                    pushq   %r8
                    pushq   %r9
                    pushq   %r10
                    pushq   %r11
                    pushq   %r14
                    SAVE_AND_SWITCH scratch=%rax save=%r14
                    movq    %rsp, PER_CPU_VAR(scratch)
                    call    exc_test
                    RESTORE scratch=%rax save=%r14
                    popq    %r14
                    popq    %r11
                    popq    %r10
                    popq    %r9
                    popq    %r8
                    popq    %rdi
                    popq    %rsi
                    popq    %rdx
                    popq    %rcx
                    popq    %rax
                    iretq
                \"\"\", Kind = EntryKind.Paranoid)]
            public static partial Stop asm_exc_test(ref Cpu cpu);

            [Entry("leaq 8(%rsp), %rsp; iretq", Kind = EntryKind.Interrupt, Vector = 14)]
            public static partial Stop page_fault(ref Cpu cpu);
        }
        """;

    private static readonly Lazy<EntryUnit> _unit = new(() => Compile(Source.Replace("\\\"", "\"", StringComparison.Ordinal)));

    [Theory]
    [InlineData(Side.Kernel, false, 0, 0)]
    [InlineData(Side.User, false, 2, 0)]
    [InlineData(Side.User, true, 2, 1)]
    public void AParanoidEntryRestoresTheHalfItFound(Side cr3, bool flushPending, int cr3Writes, int flushes)
    {
        var environment = KernelEnvironment.Create(_unit.Value, new KernelOptions { UserFlushPending = flushPending });
        var trace = TraceRecorder.Record(environment, "asm_exc_test", StartState.Kernel with { Cr3 = cr3 });

        Assert.True(trace.Returned, trace.Summary.Stop);
        Assert.Empty(trace.Differences);
        Assert.Equal((cr3Writes, flushes), (trace.Summary.Cr3Writes, trace.Summary.TlbFlushes));
        Assert.Equal("#DB", trace.Steps[0].Lanes.Stack!.Name);
        Assert.Contains(trace.Steps, step => step.Text == "exc_test");
        Assert.Contains(trace.Steps, step => step.MacroStack.Count > 0 && step.MacroStack[0].StartsWith("SAVE_AND_SWITCH@", StringComparison.Ordinal));

        var quick = KernelEnvironment.Create(_unit.Value, new KernelOptions { UserFlushPending = flushPending });
        Assert.Equal(default, quick.Start("asm_exc_test", StartState.Kernel with { Cr3 = cr3 }).Run());
        for (var register = Reg.Rax; register < Reg.Count; register++)
        {
            Assert.Equal((register, environment.Machine[register]), (register, quick.Machine[register]));
        }
    }

    /// <summary>An entry that forgets to make GS the kernel's faults at its first per-CPU access, as on a processor.</summary>
    [Fact]
    public void APerCpuAccessWithTheUsersGsFaults()
    {
        var environment = KernelEnvironment.Create(_unit.Value);
        var trace = TraceRecorder.Record(environment, "asm_exc_test", StartState.Kernel with { Cr3 = Side.User, Gs = Side.User });
        Assert.False(trace.Returned);
        var fault = Assert.Single(trace.Steps, step => step.Kind == TraceStepKind.Event && step.Number > 1);
        Assert.StartsWith("#PF at 0x7e5765", fault.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void UserMappedVariablesAreInBothHalves()
    {
        var environment = KernelEnvironment.Create(_unit.Value);
        var machine = environment.Machine;
        machine[Reg.Cs] = Selectors.KernelCode;
        foreach (var (name, mapped) in new[] { ("scratch", true), ("user_pcid_flush_mask", false) })
        {
            machine[Reg.Cr3] = environment.UserCr3;
            var address = environment.Layout.PerCpuBase + (long)environment.Unit.Externals[name].Address;
            Assert.Equal((name, mapped), (name, machine.Cpu.Load64(address.Value, out _)));
        }
    }

    [Fact]
    public void A_declared_vector_is_the_one_that_is_delivered()
    {
        var trace = TraceRecorder.Record(KernelEnvironment.Create(_unit.Value), "page_fault", StartState.User);
        Assert.StartsWith("#PF", trace.Activation.Description, StringComparison.Ordinal);
        Assert.True(trace.Returned, trace.Summary.Stop);
        Assert.Empty(trace.Differences);
    }

    private static EntryUnit Compile(string source)
    {
        var parse = new CSharpParseOptions(LanguageVersion.CSharp13);
        var compilation = CSharpCompilation.Create(
            "Literal", [CSharpSyntaxTree.ParseText(source, parse, "Literal.cs")], InMemoryCompiler.References, InMemoryCompiler.Options());
        var driver = CSharpGeneratorDriver.Create([new EntryCodeGenerator().AsSourceGenerator()], parseOptions: parse);
        driver.RunGeneratorsAndUpdateCompilation(compilation, out var generated, out _);
        using var image = new MemoryStream();
        var result = generated.Emit(image);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics.Take(10)));
        var type = Assembly.Load(image.ToArray()).GetType("Paranoid", throwOnError: true)!;
        return (EntryUnit)type.GetProperty("EntryUnit", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }
}
