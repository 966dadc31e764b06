namespace EntryGen.Asm.Gas;

/// <summary>The directives that the engine acts on. All others it knows are passed on as statements.</summary>
internal enum Directive
{
    /// <summary>Not the name of a directive.</summary>
    None,

    /// <summary>Passed on with whatever follows.</summary>
    PassedOn,

    // Passed on when their operands are of the right form.
    Numbers,
    Strings,
    Alignment,
    Fill,
    Skip,
    Origin,
    SymbolNames,
    SymbolSize,
    SymbolType,
    CodeMode,

    // Conditionals; the engine relies on If being the first and EndIf the last of them.
    If,
    IfEqual,
    IfNotEqual,
    IfGreater,
    IfGreaterOrEqual,
    IfLess,
    IfLessOrEqual,
    IfBlank,
    IfNotBlank,
    IfSame,
    IfNotSame,
    IfStringsEqual,
    IfStringsDiffer,
    IfDefined,
    IfNotDefined,
    ElseIf,
    Else,
    EndIf,

    // Macros and repetition.
    Macro,
    EndMacro,
    ExitMacro,
    PurgeMacro,
    Repeat,
    RepeatForArguments,
    RepeatForCharacters,
    EndRepeat,
    AlternateSyntax,
    NormalSyntax,

    // Symbols.
    Set,
    SetOnce,
    SetLazily,
    Global,
    Common,

    // Sections.
    Section,
    PushSection,
    PopSection,
    PreviousSection,
    TextSection,
    DataSection,
    BssSection,
    Subsection,

    // Messages and the rest.
    Error,
    BareError,
    Warning,
    Print,
    Fail,
    End,
    Unsupported,
}

/// <summary>The names of the directives, lower case (info as, "Pseudo Ops" and "80386 Directives").</summary>
internal static class Directives
{
    private static readonly Dictionary<string, Directive> ByName = Build();

    /// <summary>All names, for suggestions.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>The directive of a lower-case name that starts with a dot.</summary>
    public static Directive Find(string name) => name.Length > 0 && name[0] == '.' && ByName.TryGetValue(name, out var directive)
        ? directive
        : Directive.None;

    /// <summary>The size in bytes of each number that a directive of kind <see cref="Directive.Numbers"/> states; 0 for other names.</summary>
    public static int NumberWidth(string name) => name switch
    {
        ".byte" => 1,
        ".short" or ".word" or ".hword" or ".value" or ".2byte" => 2,
        ".long" or ".int" or ".4byte" or ".slong" => 4,
        ".quad" or ".8byte" => 8,
        _ => 0,
    };

    /// <summary>Whether it opens, divides or closes a conditional, and so counts even in text that is skipped.</summary>
    public static bool IsConditional(this Directive directive) => directive is >= Directive.If and <= Directive.EndIf;

    /// <summary>Whether it is passed on as it is written, and has no effect that depends on its operands but the names it makes global.</summary>
    public static bool IsPassedOn(this Directive directive) =>
        directive is Directive.PassedOn or Directive.Numbers or Directive.Strings or Directive.Global or >= Directive.Fill and <= Directive.CodeMode;

    /// <summary>Whether it opens a repetition, which <c>.endr</c> closes.</summary>
    public static bool IsRepetition(this Directive directive) =>
        directive is Directive.Repeat or Directive.RepeatForArguments or Directive.RepeatForCharacters;

    private static Dictionary<string, Directive> Build()
    {
        var names = new Dictionary<string, Directive>(StringComparer.Ordinal)
        {
            [".if"] = Directive.If,
            [".ifeq"] = Directive.IfEqual,
            [".ifne"] = Directive.IfNotEqual,
            [".ifgt"] = Directive.IfGreater,
            [".ifge"] = Directive.IfGreaterOrEqual,
            [".iflt"] = Directive.IfLess,
            [".ifle"] = Directive.IfLessOrEqual,
            [".ifb"] = Directive.IfBlank,
            [".ifnb"] = Directive.IfNotBlank,
            [".ifc"] = Directive.IfSame,
            [".ifnc"] = Directive.IfNotSame,
            [".ifeqs"] = Directive.IfStringsEqual,
            [".ifnes"] = Directive.IfStringsDiffer,
            [".ifdef"] = Directive.IfDefined,
            [".ifndef"] = Directive.IfNotDefined,
            [".ifnotdef"] = Directive.IfNotDefined,
            [".elseif"] = Directive.ElseIf,
            [".else"] = Directive.Else,
            [".elsec"] = Directive.Else,
            [".endif"] = Directive.EndIf,
            [".endc"] = Directive.EndIf,
            [".macro"] = Directive.Macro,
            [".endm"] = Directive.EndMacro,
            [".exitm"] = Directive.ExitMacro,
            [".mexit"] = Directive.ExitMacro,
            [".purgem"] = Directive.PurgeMacro,
            [".rept"] = Directive.Repeat,
            [".rep"] = Directive.Repeat,
            [".irp"] = Directive.RepeatForArguments,
            [".irep"] = Directive.RepeatForArguments,
            [".irpc"] = Directive.RepeatForCharacters,
            [".irepc"] = Directive.RepeatForCharacters,
            [".endr"] = Directive.EndRepeat,
            [".altmacro"] = Directive.AlternateSyntax,
            [".noaltmacro"] = Directive.NormalSyntax,
            [".set"] = Directive.Set,
            [".equ"] = Directive.Set,
            [".equiv"] = Directive.SetOnce,
            [".eqv"] = Directive.SetLazily,
            [".globl"] = Directive.Global,
            [".global"] = Directive.Global,
            [".weak"] = Directive.Global,
            [".comm"] = Directive.Common,
            [".common"] = Directive.Common,
            [".lcomm"] = Directive.Common,
            [".section"] = Directive.Section,
            [".pushsection"] = Directive.PushSection,
            [".popsection"] = Directive.PopSection,
            [".previous"] = Directive.PreviousSection,
            [".text"] = Directive.TextSection,
            [".data"] = Directive.DataSection,
            [".bss"] = Directive.BssSection,
            [".subsection"] = Directive.Subsection,
            [".error"] = Directive.Error,
            [".err"] = Directive.BareError,
            [".abort"] = Directive.BareError,
            [".warning"] = Directive.Warning,
            [".print"] = Directive.Print,
            [".fail"] = Directive.Fail,
            [".end"] = Directive.End,
            [".include"] = Directive.Unsupported,
            [".incbin"] = Directive.Unsupported,
            [".intel_syntax"] = Directive.Unsupported,
            [".struct"] = Directive.Unsupported,
            [".mri"] = Directive.Unsupported,
        };

        Add(Directive.Numbers, "byte word short hword value long int quad 2byte 4byte 8byte slong");
        Add(Directive.Strings, "ascii asciz string string8 string16 string32 string64");
        Add(Directive.Alignment, "align balign balignw balignl p2align p2alignw p2alignl");
        Add(Directive.Fill, "fill");
        Add(Directive.Skip, "skip space zero");
        Add(Directive.Origin, "org");
        Add(Directive.SymbolNames, "hidden internal protected local");
        Add(Directive.SymbolSize, "size");
        Add(Directive.SymbolType, "type");
        Add(Directive.CodeMode, "code16 code16gcc code32 code64");
        Add(Directive.PassedOn, PassedOnNames);
        return names;

        void Add(Directive directive, string list)
        {
            foreach (var name in list.Split([' '], StringSplitOptions.RemoveEmptyEntries))
            {
                names.Add("." + name, directive);
            }
        }
    }

    private const string PassedOnNames =
        "octa uleb128 sleb128 base64 float single double tfloat hfloat bfloat16 dc dc.a dc.b dc.d dc.l dc.s dc.w dc.x dcb dcb.b dcb.d dcb.l " +
        "dcb.s dcb.w dcb.x ds ds.b ds.d ds.l ds.p ds.s ds.w ds.x nop nops offset " +
        "symver weakref version ident xstabs stabs stabn stabd file " +
        "loc line loc_mark_labels linefile func endfunc list nolist eject lflags title sbttl psize cfi_startproc cfi_endproc cfi_sections " +
        "cfi_personality cfi_personality_id cfi_lsda cfi_def_cfa cfi_def_cfa_register cfi_def_cfa_offset cfi_adjust_cfa_offset cfi_offset " +
        "cfi_rel_offset cfi_register cfi_restore cfi_undefined cfi_same_value cfi_remember_state cfi_restore_state cfi_return_column " +
        "cfi_signal_frame cfi_window_save cfi_escape cfi_val_encoded_addr cfi_inline_lsda cfi_label cfi_val_offset cfi_fde_data " +
        "cfi_negate_ra_state arch att_syntax att_mnemonic intel_mnemonic allow_index_reg disallow_index_reg " +
        "sse_check operand_check optim noopt insn largecomm vtable_entry vtable_inherit reloc gnu_attribute attach_to_group " +
        "bundle_align_mode bundle_lock bundle_unlock extern dfloat ffloat llen plen nopage noformat lsym rva spc tls_common xcom xdef " +
        "xref sect.s section.s common.s";
}
