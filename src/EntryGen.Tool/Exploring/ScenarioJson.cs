using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Kernel;
using EntryGen.Tool.Tracing;

namespace EntryGen.Tool.Exploring;

/// <summary>The result of a scenario as JSON: one object for each property.</summary>
internal static class ScenarioJson
{
    /// <summary>Where an entry is reached from: <c>user</c>, <c>kernel</c>, <c>kernel,cr3=user,gs=user</c>.</summary>
    public static string Start(StartState start) => start.From == Side.User
        ? "user"
        : "kernel" + (start.Cr3 == Side.User ? ",cr3=user" : "") + (start.Gs == Side.User ? ",gs=user" : "");

    /// <summary>Writes the objects.</summary>
    /// <param name="result">The result.</param>
    /// <param name="lines">Where to.</param>
    /// <param name="isTimed">Whether to say how long it took: then two runs differ.</param>
    /// <param name="tokenOf">Makes a replay token.</param>
    public static void Write(ScenarioResult result, JsonLines lines, bool isTimed, Func<Counterexample, string> tokenOf)
    {
        foreach (var property in result.Properties)
        {
            lines.Write(json =>
            {
                json.WriteString("entry", result.Scenario.Entry);
                json.WriteString("start", Start(result.Scenario.Start));
                json.WriteString("property", property.Property.Id);
                json.WriteString("verdict", VerdictJson.NameOf(property.Verdict));
                json.WriteNumber("states", result.Exploration.States);
                json.WriteNumber("transitions", result.Exploration.Transitions);
                json.WriteNumber("depth", result.Exploration.Depth);
                if (isTimed)
                {
                    json.WriteNumber("seconds", Math.Round(result.Exploration.Elapsed.TotalSeconds, 3));
                }
                else
                {
                    json.WriteNull("seconds");
                }

                json.WriteStartArray("trace");
                foreach (var step in property.Counterexample?.Steps ?? [])
                {
                    json.WriteStartObject();
                    TraceJson.WriteStep(json, step);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteString("words", property.Property.Words);
                if (property.Counterexample is { } counterexample)
                {
                    json.WriteString("detail", counterexample.Detail);
                    json.WriteString("token", tokenOf(counterexample));
                }
            });
        }
    }
}
