using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Gas;

/// <summary>Where the characters of the kernel's statements were written, level by level: no oracle reports it, so the sources themselves are asked.</summary>
public class ProvenanceTests(ITestOutputHelper output)
{
    // What the preprocessor and the macro engine make up: counters and numbers of __COUNTER__, blanks, and quotes of # operators.
    private const string MadeUp = " \"\\0123456789";

    [KernelTheory]
    [MemberData(nameof(FlatStatementTests.Units), MemberType = typeof(FlatStatementTests))]
    public void Every_character_stands_where_its_statement_says(string version, string unit)
    {
        var listing = KernelPrograms.Unit(version, unit).Listing;
        long characters = 0;
        foreach (var statement in listing.Statements)
        {
            var text = statement.Text;
            for (var i = 0; i < text.Length; i++)
            {
                var origin = text.OriginAt(i);
                Assert.True(origin is not null, $"'{text}' at {i} comes from nowhere");
                var written = origin.Value.Source.Text[origin.Value.Offset];
                Assert.True(written == text[i] || MadeUp.Contains(text[i]), $"'{text}' at {i}: '{written}' stands there");
                characters++;
            }
        }

        output.Report("Characters where they were written", $"{version} {unit}", ("statements", listing.Statements.Count), ("characters", characters), ("mismatches", 0));
    }

    // The innermost level: the mnemonic stands in the body of the macro, or was handed to one of those around it.
    [KernelTheory]
    [MemberData(nameof(FlatStatementTests.Units), MemberType = typeof(FlatStatementTests))]
    public void Every_level_stands_in_the_body_of_the_level_around_it(string version, string unit)
    {
        var listing = KernelPrograms.Unit(version, unit).Listing;
        var (levels, arguments) = (0, 0);
        foreach (var statement in listing.Statements)
        {
            var place = statement.Text.OriginAt(0)!.Value;
            for (var frame = statement.Frame; frame is not null; frame = frame.Parent)
            {
                levels++;
                if (place.Expansion is null && frame.Definition is { } definition && !IsInBody(listing, frame.Name, definition, place))
                {
                    // Then the text came as an argument: it stands in a call further out, or in a default.
                    Assert.True(IsHandedIn(listing, frame, place), $"'{statement.Text}' at {place.Source.Path}:{place.Source.LineAt(place.Offset)} is not in {frame.Name}");
                    arguments++;
                }

                place = new Origin(frame.CallSite!.Value.Source, frame.CallSite.Value.Start, ExpansionOf(frame));
            }
        }

        output.Report("Levels of macro stacks", $"{version} {unit}", ("levels", levels), ("handed in as arguments", arguments), ("mismatches", 0));
    }

    private static bool IsInBody(AssemblyListing listing, string name, SourceSpan definition, Origin place) =>
        listing.Macros.TryGetValue(name.ToLowerInvariant(), out var macro) && macro.Body.Length > 0
        && ReferenceEquals(place.Source, definition.Source)
        && place.Offset > definition.Start
        && place.Offset <= LastOffset(macro.Body);

    // The end of the body may come out of a preprocessor macro.
    private static int LastOffset(TracedText body)
    {
        var last = body.Length - 1;
        while (last > 0 && body.OriginAt(last)!.Value.Expansion is not null)
        {
            last--;
        }

        return body.OriginAt(last)!.Value.Offset;
    }

    private static bool IsHandedIn(AssemblyListing listing, MacroFrame frame, Origin place)
    {
        for (var outer = frame; outer is not null; outer = outer.Parent)
        {
            if (outer.CallSite is { } call && ReferenceEquals(call.Source, place.Source) && place.Offset >= call.Start && place.Offset <= call.Source.LogicalLineEnd(call.Start))
            {
                return true;
            }

            if (listing.Macros.TryGetValue(outer.Name.ToLowerInvariant(), out var macro) && macro.Parameters.Any(parameter =>
                parameter.Default.Span is { } value && ReferenceEquals(value.Source, place.Source) && place.Offset >= value.Start && place.Offset < value.Start + value.Length))
            {
                return true;
            }
        }

        return false;
    }

    // A call that the preprocessor wrote has its place in a #define; the span does not say so, so the line tells.
    private static CppExpansion? ExpansionOf(MacroFrame frame) =>
        frame.CallSite!.Value is var call && IsDefine(call.Source, call.Start) ? new CppExpansion(frame.Name, call, null) : null;

    private static bool IsDefine(SourceText source, int offset)
    {
        var line = source.LineAt(offset);
        while (line > 1 && source.Text[source.LineStart(line) - 2] == '\\')
        {
            line--;
        }

        return source.Text.AsSpan(source.LineStart(line)).TrimStart().StartsWith("#");
    }
}
