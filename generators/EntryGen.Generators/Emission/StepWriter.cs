using EntryGen.Asm;
using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission;

/// <summary>Writes the <c>Step</c> form: a method for each group of instructions, and what finds the method.</summary>
internal sealed class StepWriter(UnitContext unit, CodeIndex index)
{
    // The JIT stops inlining when a method has 512 variables, and each access that is inlined brings some.
    private const int InstructionsPerMethod = 32;

    /// <summary>Writes all members of this form.</summary>
    public void Write(IndentedWriter writer)
    {
        var methods = (index.Instructions.Count + InstructionsPerMethod - 1) / InstructionsPerMethod;
        WriteStep(writer, methods);
        writer.Line();
        WriteOutside(writer);
        if (index.Sites.Count > 0)
        {
            writer.Line();
            WriteChoose(writer);
        }

        writer.Line();
        WriteTargets(writer);
        writer.Line();
        WriteRetire(writer);
        for (var method = 0; method < methods; method++)
        {
            writer.Line();
            WriteMethod(writer, method, [.. index.Instructions.Skip(method * InstructionsPerMethod).Take(InstructionsPerMethod)]);
        }

        writer.Line();
        writer.Line("// What stands at each slot: the number of an instruction, or of an alternative behind them.");
        index.WriteTable(writer, "Items", item => index[item]);
    }

    private void WriteStep(IndentedWriter writer, int methods)
    {
        writer.Line("// Executes the instruction at RIP on the register file. A fault leaves everything as it was.");
        writer.Line("public static global::EntryGen.Stop Step(ref global::EntryGen.Cpu cpu) => Steps(ref cpu, 1);");
        writer.Line();
        writer.Line("// Executes up to so many instructions, one after the other.");
        using (writer.Braces("private static global::EntryGen.Stop Steps(ref global::EntryGen.Cpu cpu, long count)"))
        using (writer.Braces("unchecked"))
        {
            writer.Line("ref ulong r = ref cpu.RegisterFile;");
            writer.Line("var stop = default(global::EntryGen.Stop);");
            using (writer.Braces("while (true)"))
            {
                writer.Line("var slot = SlotOf(Unsafe.Add(ref r, Rip));");
                writer.Line("var item = slot < 0 ? -1 : Items[slot];");
                using (writer.Braces("if (item < 0)"))
                {
                    writer.Line("return StepOutside(ref cpu);");
                }

                writer.Line();
                writer.Line("var budget = cpu.Budget;");
                using (writer.Braces("if (budget <= 0)"))
                {
                    writer.Line("return new global::EntryGen.Stop(global::EntryGen.StopKind.Budget);");
                }

                writer.Line();
                if (index.Sites.Count > 0)
                {
                    using (writer.Braces($"while (item >= {index.Instructions.Count})"))
                    {
                        writer.Line("item = Choose(ref cpu, ref r, item);");
                    }

                    writer.Line();
                }

                using (writer.Braces("if (!cpu.FetchInstruction(Unsafe.Add(ref r, Rip)) && !cpu.BeginTarget(IsEndbranch(item)))"))
                {
                    writer.Line("return cpu.Fault();");
                }

                writer.Line();
                writer.Line("var given = count < budget ? count : budget;");
                writer.Line("long left;");
                WriteMethodChoice(writer, methods);
                writer.Line();
                writer.Line("count -= given - left;");
                using (writer.Braces("if (stop.Kind != global::EntryGen.StopKind.None)"))
                {
                    writer.Line("return stop;");
                }

                writer.Line();
                using (writer.Braces("if (count == 0)"))
                {
                    writer.Line("// A new value: copying one whose parts were stored apart would wait for the stores.");
                    writer.Line("return default;");
                }
            }
        }
    }

    private static void WriteMethodChoice(IndentedWriter writer, int methods)
    {
        using (writer.Braces($"switch (item / {InstructionsPerMethod})"))
        {
            for (var method = 0; method < methods; method++)
            {
                writer.Line(method == methods - 1 ? "default:" : $"case {method}:");
                using (writer.Indent())
                {
                    writer.Line($"left = Step{method}(ref cpu, ref r, item, given, ref stop);");
                    writer.Line("break;");
                }
            }
        }
    }

    private void WriteOutside(IndentedWriter writer)
    {
        var functions = unit.Program.Externals.Where(external => external.Kind == ExternalKind.Function).OrderBy(external => external.Address).ToArray();
        writer.Line("// RIP is no instruction of the unit: a C function, or control has left.");
        using (writer.Braces("private static global::EntryGen.Stop StepOutside(ref global::EntryGen.Cpu cpu)"))
        {
            if (functions.Length > 0)
            {
                using (writer.Braces("switch (Unsafe.Add(ref cpu.RegisterFile, Rip))"))
                {
                    foreach (var function in functions)
                    {
                        writer.Line($"case {Value.Number(function.Address)}: // {Explanations.OneLine(function.Name)}");
                    }

                    using (writer.Indent())
                    {
                        using (writer.Braces("if (cpu.Budget <= 0)"))
                        {
                            writer.Line("return new global::EntryGen.Stop(global::EntryGen.StopKind.Budget);");
                        }

                        writer.Line();
                        writer.Line("var stop = cpu.CallExternal(EntryUnit);");
                        using (writer.Braces("if (stop.Kind == global::EntryGen.StopKind.None)"))
                        {
                            writer.Line("cpu.Budget -= 1;");
                        }

                        writer.Line();
                        writer.Line("return stop;");
                    }
                }

                writer.Line();
            }

            writer.Line("return new global::EntryGen.Stop(global::EntryGen.StopKind.Left);");
        }
    }

    // A debugger puts INT3 in the place of what it stops at, which may be ENDBR64.
    private void WriteTargets(IndentedWriter writer)
    {
        var targets = index.Instructions.Where(instruction => instruction.Info.Op is Op.Endbr64 or Op.Int3).Select(instruction => index[instruction]).ToList();
        writer.Line("// Whether a tracked branch may go to an instruction: ENDBR64 or INT3.");
        writer.Line($"private static bool IsEndbranch(int item) => {(targets.Count == 0 ? "false" : $"item is {string.Join(" or ", targets)}")};");
    }

    // RIP moves on to the code chosen, which is a place of its own.
    private void WriteChoose(IndentedWriter writer)
    {
        writer.Line("// Takes the code that the features choose at an alternative.");
        using (writer.Braces("private static int Choose(ref global::EntryGen.Cpu cpu, ref ulong r, int item)"))
        {
            writer.Line("var features = cpu.FeatureMask(EntryUnit);");
            using (writer.Braces("switch (item)"))
            {
                foreach (var site in index.Sites)
                {
                    var last = ReferenceEquals(site, index.Sites[index.Sites.Count - 1]);
                    writer.Line(last ? "default:" : $"case {index[site]}:");
                    using (writer.Indent())
                    {
                        foreach (var choice in site.Choices.Reverse())
                        {
                            writer.Line($"// {Explanations.OneLine(choice.Feature.Name)}{(choice.Inverted ? " off" : "")}");
                            using (writer.Braces($"if ({Condition(choice)})"))
                            {
                                WriteTake(writer, choice.Target);
                            }

                            writer.Line();
                        }

                        WriteTake(writer, site.Original);
                    }
                }
            }
        }
    }

    private void WriteTake(IndentedWriter writer, CodeItem item)
    {
        writer.Line($"Unsafe.Add(ref r, Rip) = {Value.Number(item.Address)};");
        writer.Line($"return {index[item]};");
    }

    /// <summary>Whether a choice of an alternative is taken, over <c>features</c>.</summary>
    public static string Condition(AlternativeChoice choice) =>
        $"(features & {Value.Number(1UL << choice.Feature.Index)}) {(choice.Inverted ? "==" : "!=")} 0";

    private static void WriteRetire(IndentedWriter writer)
    {
        writer.Line("// The instruction at an address has taken effect. It is counted after that: shadows of one instruction are told from the count.");
        writer.Line("// False when it is the last one for now, or something has to be looked at before the next.");
        writer.Line("[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]");
        using (writer.Braces("private static bool Retire(ref global::EntryGen.Cpu cpu, ref ulong r, ulong address, ulong next, long reserve, ref long count)"))
        using (writer.Braces("unchecked"))
        {
            writer.Line("Unsafe.Add(ref r, Rip) = next;");
            writer.Line("count--;");
            writer.Line("cpu.Budget = reserve + count;");
            writer.Line("return (!cpu.IsObserved || cpu.Retired(address)) && count != 0;");
        }
    }

    // Returns how many instructions of the count are left: 0, or something stopped, or control has left the method.
    private void WriteMethod(IndentedWriter writer, int method, IReadOnlyList<Instruction> instructions)
    {
        using (writer.Braces($"private static long Step{method}(ref global::EntryGen.Cpu cpu, ref ulong r, int item, long count, ref global::EntryGen.Stop stop)"))
        using (writer.Braces("unchecked"))
        {
            var body = new IndentedWriter();
            var translation = new StepTranslation(unit, index, method * InstructionsPerMethod, instructions.Count, body);
            WriteSwitch(body, instructions, translation);
            writer.Line("var reserve = cpu.Budget - count;");
            if (translation.Results > 0)
            {
                writer.Line($"ulong {string.Join(", ", Enumerable.Range(0, translation.Results).Select(StepTranslation.Result))};");
            }

            writer.Paste(body);
            if (translation.UsesFault)
            {
                writer.Line();
                writer.Label("fault");
                writer.Line("stop = cpu.Fault();");
                writer.Line("return count;");
            }

            if (translation.UsesStackFault)
            {
                writer.Line();
                writer.Label("stackFault");
                writer.Line("stop = cpu.StackFault();");
                writer.Line("return count;");
            }
        }
    }

    private void WriteSwitch(IndentedWriter writer, IReadOnlyList<Instruction> instructions, StepTranslation translation)
    {
        using (writer.Braces("switch (item)"))
        {
            foreach (var instruction in instructions)
            {
                Explanations.Write(writer, instruction);
                using (writer.Braces($"case {index[instruction]}:"))
                {
                    translation.Write(instruction);
                }

                writer.Line();
            }

            writer.Line("default:");
            using (writer.Indent())
            {
                writer.Line("return count;");
            }
        }
    }
}
