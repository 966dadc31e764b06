using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Input;

/// <summary>What kbuild gives to the preprocessor for a file of arch/x86: the tree's own headers and the generated ones, in kbuild's order.</summary>
internal sealed class KernelTree
{
    /// <summary>The files that together are the 64-bit entry code, those that some versions lack among them. entry_64_fred.S is a second way in and a unit of its own.</summary>
    public static IReadOnlyList<string> EntryFiles { get; } = ["arch/x86/entry/entry_64.S", "arch/x86/entry/entry_64_compat.S", "arch/x86/entry/entry.S"];

    /// <summary>FRED's entry points; not every version has them.</summary>
    public const string FredFile = "arch/x86/entry/entry_64_fred.S";

    /// <summary>Prepares a tree.</summary>
    /// <param name="source">The source tree.</param>
    /// <param name="headers">The build, or a distribution's headers package for it.</param>
    /// <param name="files">Looks files up.</param>
    /// <exception cref="InputException">These are not such directories.</exception>
    public KernelTree(string source, string headers, FileSourceResolver files)
    {
        // Both are needed by every entry file; without them the first error would be about some far header.
        if (files.TryRead($"{source}/include/linux/kconfig.h") is null)
        {
            throw new InputException($"{source}: no include/linux/kconfig.h, so this is not a kernel source tree (--tree).");
        }

        if (files.TryRead($"{headers}/include/generated/autoconf.h") is null)
        {
            throw new InputException($"{headers}: no include/generated/autoconf.h, so these are not built headers; give a build directory or a headers package by --headers.");
        }

        IncludeDirectories =
        [
            $"{source}/arch/x86/include",
            $"{headers}/arch/x86/include/generated",
            $"{source}/include",
            $"{headers}/include",
            $"{source}/arch/x86/include/uapi",
            $"{headers}/arch/x86/include/generated/uapi",
            $"{source}/include/uapi",
            $"{headers}/include/generated/uapi",
        ];
        var compilerVersion = $"{source}/include/linux/compiler-version.h";
        ForcedIncludes = [.. files.TryRead(compilerVersion) is null ? Array.Empty<string>() : [compilerVersion], $"{source}/include/linux/kconfig.h"];
    }

    /// <summary>The directories of <c>-I</c>.</summary>
    public IReadOnlyList<string> IncludeDirectories { get; }

    /// <summary>The files of <c>-include</c>. Older trees have no compiler-version.h.</summary>
    public IReadOnlyList<string> ForcedIncludes { get; }

    /// <summary>The symbols of <c>-D</c>. __ASSEMBLY__ decides whether headers define assembler macros or C ones.</summary>
    public IReadOnlyList<string> Defines { get; } = ["__KERNEL__", "__ASSEMBLY__", "CC_USING_NOP_MCOUNT", "CC_USING_FENTRY"];
}
