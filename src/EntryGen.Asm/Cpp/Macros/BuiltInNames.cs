namespace EntryGen.Asm.Cpp;

/// <summary>The names that mean something to the preprocessor itself.</summary>
internal sealed class BuiltInNames
{
    public BuiltInNames(NameTable names)
    {
        Defined = names.Get("defined");
        VariableArguments = names.Get("__VA_ARGS__");
        VariableOption = names.Get("__VA_OPT__");
        HasInclude = names.Get("__has_include");
        HasIncludeNext = names.Get("__has_include_next");
        Macros =
        [
            Make("__LINE__", BuiltInMacro.Line),
            Make("__FILE__", BuiltInMacro.File),
            Make("__FILE_NAME__", BuiltInMacro.FileName),
            Make("__BASE_FILE__", BuiltInMacro.BaseFile),
            Make("__INCLUDE_LEVEL__", BuiltInMacro.IncludeLevel),
            Make("__COUNTER__", BuiltInMacro.Counter),
            Make("__DATE__", BuiltInMacro.Date),
            Make("__TIME__", BuiltInMacro.Time),
            Make("__TIMESTAMP__", BuiltInMacro.TimeStamp),
            Make("_Pragma", BuiltInMacro.Pragma),
            new MacroDefinition { Name = HasInclude, BuiltIn = BuiltInMacro.HasInclude },
            new MacroDefinition { Name = HasIncludeNext, BuiltIn = BuiltInMacro.HasInclude },
        ];

        MacroDefinition Make(string name, BuiltInMacro kind) => new() { Name = names.Get(name), BuiltIn = kind };
    }

    public Name Defined { get; }

    public Name VariableArguments { get; }

    public Name VariableOption { get; }

    public Name HasInclude { get; }

    public Name HasIncludeNext { get; }

    public IReadOnlyList<MacroDefinition> Macros { get; }
}
