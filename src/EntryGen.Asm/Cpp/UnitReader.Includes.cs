using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

// #include, #include_next and #import.
internal sealed partial class UnitReader
{
    /// <summary>Files that are not read again.</summary>
    private readonly HashSet<SourceText> _once = [];

    /// <summary>Where each file was included first.</summary>
    private readonly Dictionary<SourceText, SourceSpan> _includedAt = [];

    /// <summary>The bound on depth was hit: from now on no file is read inside itself.</summary>
    private bool _depthIsReported;

    private void Include(OpenFile file, DirectiveKind kind)
    {
        var directive = "#" + DirectiveName(file).Text;
        var token = _expander.NextSolid();
        var name = IncludeName.Read(token, _expander.NextSolid);
        var at = token.Kind == TokenKind.End ? DirectiveName(file) : token;
        if (name is null || name.Length < 3)
        {
            _diagnostics.Report(ReaderDiagnostics.DirectiveMalformed, $"{directive} expects \"FILE\" or <FILE>", at);
            return;
        }

        if (_expander.NextSolid() is { Kind: not TokenKind.End } extra)
        {
            _diagnostics.Report(ReaderDiagnostics.DirectiveExtraTokens, $"text after {directive} is ignored", extra);
        }

        // In a file that no directory of the list gave there is no next one: gcc takes #include_next as #include there.
        int? first = kind == DirectiveKind.IncludeNext && _files.Count > 1 ? file.NextDirectory : null;
        if (_search.Find(name, file.Directory, first) is not { } found)
        {
            _diagnostics.Report(
                ReaderDiagnostics.IncludeNotFound, $"'{name.Substring(1, name.Length - 2)}' is not found: {_search.Describe(name, file.Directory, first)}", at);
            return;
        }

        if (_once.Contains(found.Text) || (kind == DirectiveKind.Import && _known.Contains(found.Text)))
        {
            return;
        }

        if (kind == DirectiveKind.Import)
        {
            ReadOnce(found.Text);
        }

        if (_isInCall && IsUnitItself)
        {
            StopParts(); // it becomes part of an argument
        }

        if (CanGoDeeper(found.Text, at))
        {
            file.Next = file.End;
            if (at.Span is { } place)
            {
                NoteInclude(found.Text, place);
            }

            if (!IsUnitItself || !TryRepeatPart(found.Text, found.NextDirectory))
            {
                Open(found.Text, found.NextDirectory);
            }
        }
    }

    /// <summary>Whether one more file may be opened; the first time that it may not is an error, which names the circle when there is one.</summary>
    private bool CanGoDeeper(SourceText text, in Token at)
    {
        var isInside = _depthIsReported && _files.Any(open => ReferenceEquals(open.Text.Source, text));
        if (isInside || (_files.Count <= _options.MaxIncludeDepth))
        {
            return !isInside;
        }

        if (!_depthIsReported)
        {
            _depthIsReported = true;
            var circle = _files.Select(open => open.Text.Source).TakeWhile(source => !ReferenceEquals(source, text)).ToList();
            var why = circle.Count == _files.Count
                ? ""
                : circle.Count == 0
                    ? $": '{text.Path}' includes itself"
                    : $": '{text.Path}' includes itself by way of {string.Join(", ", circle.AsEnumerable().Reverse().Select(source => $"'{source.Path}'"))}";
            _diagnostics.Report(ReaderDiagnostics.IncludeTooDeep, $"includes nest deeper than {_options.MaxIncludeDepth}{why}", at);
        }

        return false;
    }

    private bool HasInclude(string name, bool isNext) =>
        name.Length >= 3 && _search.Find(name, _file.Directory, isNext && _files.Count > 1 ? _file.NextDirectory : null) is not null;
}
