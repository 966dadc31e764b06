namespace EntryGen.Exploration.Scenarios;

/// <summary>What tests ask of a result. A failure's message is the verdict with its counterexamples.</summary>
public static class ScenarioAssertions
{
    /// <summary>Fails unless every property holds within the bounds.</summary>
    /// <param name="result">The result.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ExplorationException">A property is violated, or a bound cut the exploration short.</exception>
    public static ScenarioResult ShouldHold(this ScenarioResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Verdict == Verdict.HoldsWithinBounds ? result : throw new ExplorationException(result.ToString());
    }

    /// <summary>Fails unless a property is violated.</summary>
    /// <param name="result">The result.</param>
    /// <param name="property">The property's id.</param>
    /// <returns>Its counterexample.</returns>
    /// <exception cref="ArgumentException">The scenario does not ask for it.</exception>
    /// <exception cref="ExplorationException">It is not violated.</exception>
    public static Counterexample ShouldViolate(this ScenarioResult result, string property)
    {
        ArgumentNullException.ThrowIfNull(result);
        var answer = result.Properties.FirstOrDefault(answer => answer.Property.Id == property)
            ?? throw new ArgumentException($"The scenario does not ask for '{property}'.", nameof(property));
        return answer.Counterexample ?? throw new ExplorationException($"Expected {property} to be violated.\n{result}");
    }
}
