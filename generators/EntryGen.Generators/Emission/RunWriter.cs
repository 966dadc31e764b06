namespace EntryGen.Generators.Emission;

/// <summary>Writes the <c>Run</c> form: a method for each chunk of blocks, and the dispatcher between them.</summary>
internal sealed class RunWriter(UnitContext unit, CodeIndex index)
{
    private const int FewestInstructions = 8;

    // With less budget than this no method of blocks does anything.
    private int _fewest;

    /// <summary>Writes all members of this form.</summary>
    public void Write(IndentedWriter writer)
    {
        // Whether methods are too large is known when they are written.
        var instructions = RunPlan.MostInstructions;
        var plan = new RunPlan(unit, instructions);
        var methods = WriteMethods(plan);
        while (methods is null)
        {
            instructions /= 2;
            plan = new RunPlan(unit, instructions);
            methods = WriteMethods(plan, isLast: instructions <= FewestInstructions);
        }

        WriteDispatcher(writer, plan);
        writer.Paste(methods);

        writer.Line();
        writer.Line("// The block that starts at each slot and can be entered: its method, times 4096, and its label there.");
        index.WriteTable(writer, "Blocks", item => plan.BlockAt(item) is { IsResumable: true } block ? block.Number : -1);
    }

    // Null when the JIT would not optimize one of them.
    private IndentedWriter? WriteMethods(RunPlan plan, bool isLast = false)
    {
        var methods = new IndentedWriter();
        for (var number = 0; number < plan.Chunks; number++)
        {
            var method = new IndentedWriter();
            var chunk = new RunChunk(unit, plan, number);
            chunk.Write(method);
            _fewest = number == 0 ? chunk.Longest : Math.Min(_fewest, chunk.Longest);
            if (!isLast && !JitLimits.Allow(method.ToString()))
            {
                return null;
            }

            methods.Line();
            methods.Paste(method);
        }

        return methods;
    }

    private void WriteDispatcher(IndentedWriter writer, RunPlan plan)
    {
        writer.Line("// What a method of blocks asks for when it is not another block: an instruction in Step, or the block at RIP.");
        writer.Line("private const int StepNext = -1, Lookup = -2;");
        writer.Line();
        writer.Line("// Executes from RIP until control leaves the unit, an instruction faults, or the budget ends.");
        using (writer.Braces("public static global::EntryGen.Stop Run(ref global::EntryGen.Cpu cpu)"))
        {
            writer.Line("ref ulong r = ref cpu.RegisterFile;");
            writer.Line("var next = Lookup;");
            using (writer.Braces("while (true)"))
            {
                using (writer.Braces("if (next == Lookup)"))
                {
                    writer.Line("var slot = SlotOf(Unsafe.Add(ref r, Rip));");
                    writer.Line("next = slot < 0 || cpu.IsObserved ? StepNext : Blocks[slot];");
                }

                writer.Line();
                using (writer.Braces("if (next < 0 || !cpu.Fetch(Unsafe.Add(ref r, Rip)))"))
                {
                    writer.Line($"var stop = Steps(ref cpu, cpu.IsObserved || cpu.Budget < {_fewest} ? int.MaxValue : 1);");
                    using (writer.Braces("if (stop.Kind != global::EntryGen.StopKind.None)"))
                    {
                        writer.Line("return stop;");
                    }

                    writer.Line();
                    writer.Line("next = Lookup;");
                    writer.Line("continue;");
                }

                writer.Line();
                using (writer.Braces("switch (next >> 12)"))
                {
                    for (var chunk = 0; chunk < plan.Chunks; chunk++)
                    {
                        writer.Line(chunk == plan.Chunks - 1 ? "default:" : $"case {chunk}:");
                        using (writer.Indent())
                        {
                            writer.Line($"next = Run{chunk}(ref cpu, next & 0xfff);");
                            writer.Line("break;");
                        }
                    }
                }
            }
        }
    }
}
