using EntryGen.Asm;

namespace EntryGen.Generators.Emission;

/// <summary>Writes the <c>Step</c> form: a method for each group of instructions, and what finds the method.</summary>
internal sealed class StepWriter(UnitContext unit, CodeIndex index)
{
    private const int InstructionsPerMethod = 128;

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

        for (var method = 0; method < methods; method++)
        {
            writer.Line();
            WriteMethod(writer, method, index.Instructions.Skip(method * InstructionsPerMethod).Take(InstructionsPerMethod));
        }

        writer.Line();
        writer.Line("// What stands at each slot: the number of an instruction, or of an alternative behind them.");
        index.WriteTable(writer, "Items", item => index[item]);
    }

    private void WriteStep(IndentedWriter writer, int methods)
    {
        writer.Line("// Executes the instruction at RIP on the register file. A fault leaves everything as it was.");
        using (writer.Braces("public static global::EntryGen.Stop Step(ref global::EntryGen.Cpu cpu)"))
        using (writer.Braces("unchecked"))
        {
            writer.Line("ref ulong r = ref cpu.RegisterFile;");
            writer.Line("var slot = SlotOf(Unsafe.Add(ref r, Rip));");
            writer.Line("var item = slot < 0 ? -1 : Items[slot];");
            using (writer.Braces("if (item < 0)"))
            {
                writer.Line("return StepOutside(ref cpu);");
            }

            writer.Line();
            using (writer.Braces("if (cpu.Budget <= 0)"))
            {
                writer.Line("return new global::EntryGen.Stop(global::EntryGen.StopKind.Budget);");
            }

            if (index.Sites.Count > 0)
            {
                writer.Line();
                using (writer.Braces($"while (item >= {index.Instructions.Count})"))
                {
                    writer.Line("item = Choose(ref cpu, ref r, item);");
                }
            }

            writer.Line();
            writer.Line("var rip = Unsafe.Add(ref r, Rip);");
            using (writer.Braces("if (!cpu.FetchInstruction(rip))"))
            {
                writer.Line("return cpu.Fault();");
            }

            writer.Line();
            writer.Line("var stop = default(global::EntryGen.Stop);");
            writer.Line("bool retired;");
            using (writer.Braces($"switch (item / {InstructionsPerMethod})"))
            {
                for (var method = 0; method < methods; method++)
                {
                    writer.Line(method == methods - 1 ? "default:" : $"case {method}:");
                    using (writer.Indent())
                    {
                        writer.Line($"retired = Step{method}(ref cpu, ref r, item, ref stop);");
                        writer.Line("break;");
                    }
                }
            }

            writer.Line();
            using (writer.Braces("if (!retired && stop.Kind != global::EntryGen.StopKind.Halted)"))
            {
                writer.Line("return stop;");
            }

            writer.Line();
            writer.Line("// Counted after the effect: shadows of one instruction are told from the count.");
            writer.Line("cpu.Budget -= 1;");
            using (writer.Braces("if (cpu.IsObserved)"))
            {
                writer.Line("cpu.Retired(rip);");
            }

            writer.Line();
            writer.Line("// A new value: copying one whose parts were stored apart would wait for the stores.");
            writer.Line("return retired ? default : stop;");
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

    private void WriteMethod(IndentedWriter writer, int method, IEnumerable<Instruction> instructions)
    {
        using (writer.Braces($"private static bool Step{method}(ref global::EntryGen.Cpu cpu, ref ulong r, int item, ref global::EntryGen.Stop stop)"))
        using (writer.Braces("unchecked"))
        {
            var body = new IndentedWriter();
            var translation = new StepTranslation(unit, body);
            WriteSwitch(body, instructions, translation);
            writer.Line("ulong next;");
            if (translation.Results > 0)
            {
                writer.Line($"ulong {string.Join(", ", Enumerable.Range(0, translation.Results).Select(StepTranslation.Result))};");
            }

            writer.Paste(body);
            writer.Line();
            writer.Line("Unsafe.Add(ref r, Rip) = next;");
            writer.Line("return true;");
            if (translation.UsesFault)
            {
                writer.Line();
                writer.Label("fault");
                writer.Line("stop = cpu.Fault();");
                writer.Line("return false;");
            }

            if (translation.UsesStackFault)
            {
                writer.Line();
                writer.Label("stackFault");
                writer.Line("stop = cpu.StackFault();");
                writer.Line("return false;");
            }
        }
    }

    private void WriteSwitch(IndentedWriter writer, IEnumerable<Instruction> instructions, StepTranslation translation)
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
                writer.Line("stop = new global::EntryGen.Stop(global::EntryGen.StopKind.Left);");
                writer.Line("return false;");
            }
        }
    }
}
