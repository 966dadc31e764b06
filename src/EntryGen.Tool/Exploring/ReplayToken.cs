using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Exploring;

/// <summary>A run as one word that can be mailed: the call that explored, and what was chosen. <c>entrygen trace --replay</c> does the run again.</summary>
internal static class ReplayToken
{
    private const string Prefix = "eg1-";
    private const int Most = 64 * 1024;

    /// <summary>Makes one.</summary>
    /// <param name="arguments">The arguments of <c>explore</c> that do the run again.</param>
    public static string Of(IEnumerable<string> arguments)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize))
        {
            deflate.Write(Encoding.UTF8.GetBytes(string.Join('\0', arguments)));
        }

        return Prefix + Base64Url.EncodeToString(packed.ToArray());
    }

    /// <summary>The arguments in it.</summary>
    /// <exception cref="InputException">It is no token.</exception>
    public static IReadOnlyList<string> Read(string token)
    {
        try
        {
            if (!token.StartsWith(Prefix, StringComparison.Ordinal))
            {
                throw new FormatException();
            }

            using var deflate = new DeflateStream(new MemoryStream(Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length))), CompressionMode.Decompress);
            var bytes = new byte[Most];
            var length = deflate.ReadAtLeast(bytes, Most, throwOnEndOfStream: false);
            return length is 0 or Most ? throw new FormatException() : Encoding.UTF8.GetString(bytes, 0, length).Split('\0');
        }
        catch (Exception wrong) when (wrong is FormatException or InvalidDataException)
        {
            throw new InputException($"--replay: '{token}' is no replay token, or not all of one. 'entrygen explore' prints one for each counterexample.");
        }
    }
}
