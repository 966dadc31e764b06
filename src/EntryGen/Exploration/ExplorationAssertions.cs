using System.Globalization;

namespace EntryGen.Exploration;

/// <summary>What tests ask of a result. A failure's message is the verdict with its shortest counterexamples.</summary>
public static class ExplorationAssertions
{
    /// <summary>Fails unless every property holds in every state the model can reach.</summary>
    /// <param name="result">The result.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ExplorationException">A property is violated, or a bound cut the exploration short.</exception>
    public static ExplorationResult ShouldHold(this ExplorationResult result) =>
        result.Verdict == Verdict.HoldsWithinBounds ? result : throw new ExplorationException(result.ToString());

    /// <summary>Fails if a property is violated within some transitions, or if the exploration did not come that far.</summary>
    /// <param name="result">The result.</param>
    /// <param name="transitions">The distance from the initial states.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ExplorationException">It is, or it did not.</exception>
    public static ExplorationResult ShouldHoldToDepth(this ExplorationResult result, int transitions)
    {
        if (result.Verdict == Verdict.HoldsWithinBounds || (result.Verdict == Verdict.BoundHit && result.Depth >= transitions))
        {
            return result;
        }

        var nearest = result.Properties.Min(property => property.Counterexample?.Steps.Count) ?? int.MaxValue;
        return result.Verdict == Verdict.Violated && nearest > transitions && result.Depth >= transitions
            ? result
            : throw new ExplorationException(string.Create(CultureInfo.InvariantCulture, $"Expected to hold for {transitions} transitions.\n{result}"));
    }

    /// <summary>Fails unless a property is violated.</summary>
    /// <param name="result">The result.</param>
    /// <param name="property">The property's id.</param>
    /// <returns>A shortest counterexample.</returns>
    /// <exception cref="ArgumentException">There is no such property.</exception>
    /// <exception cref="ExplorationException">It is not violated.</exception>
    public static Execution ShouldBeViolated(this ExplorationResult result, string property)
    {
        var answer = result.Properties.FirstOrDefault(answer => answer.Id == property)
            ?? throw new ArgumentException($"The exploration was not asked about '{property}'.", nameof(property));
        return answer.Counterexample ?? throw new ExplorationException($"Expected {property} to be violated.\n{result}");
    }
}

/// <summary>A result is not what a test expects of it. The message is the whole verdict.</summary>
/// <param name="message">The message.</param>
public sealed class ExplorationException(string message) : Exception(message);
