namespace EntryGen.OracleTests.Rules.Corpus;

/// <summary>A line of the corpus: an edit that recreates a bug in entry code, or one that changes nothing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsBug">Whether it recreates a bug.</param>
/// <param name="Versions">The trees it can be made in.</param>
/// <param name="File">The file it changes, from the tree's root.</param>
/// <param name="Class">The kind of mistake.</param>
/// <param name="Diagnosis">What is wrong, in words.</param>
/// <param name="EntryPoints">From where it is reached, in words.</param>
/// <param name="Configuration">Configuration macros without which it is not compiled.</param>
/// <param name="FeatureState">The features with which it is a bug: <c>PTI=1 PCID=1</c>, or <c>any</c>.</param>
public sealed record CorpusEdit(
    string Name,
    bool IsBug,
    IReadOnlyList<string> Versions,
    string File,
    string Class,
    string Diagnosis,
    string EntryPoints,
    IReadOnlyList<string> Configuration,
    string FeatureState);
