using System.Globalization;
using System.Text;

namespace Sync.Engine.Tests.Ignoring;

/// <summary>Random patterns, and paths that have a fair chance to match them.</summary>
internal sealed class RandomIgnoreCase(Random random)
{
    private static readonly string[] Names =
        ["a", "b", "ab", "ba", "aab", "a.b", "foo", "bar", "foobar", "x.o", "y.o", ".o", "é", "A", "Foo", " ", "a ", "x y", "a]", "[a", "-", "!a", "#b", "a\\", "*", "1", "b1", "^", "_"];

    private static readonly string[] Classes =
        ["alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit", "nope", ""];

    public string Path()
    {
        int depth = 1 + random.Next(4);
        return string.Join('/', Enumerable.Range(0, depth).Select(_ => Name()));
    }

    public string Name() => random.Next(8) == 0 ? Name() + Name() : Names[random.Next(Names.Length)];

    public byte[] File()
    {
        var text = new StringBuilder();
        int lines = 1 + random.Next(6);
        for (int i = 0; i < lines; i++)
            text.Append(Line()).Append(random.Next(12) == 0 ? "\r\n" : "\n");
        if (random.Next(6) == 0)
            text.Length--;
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private string Line()
    {
        string line = random.Next(5) switch
        {
            0 => Name(),
            1 => "*" + Name(),
            2 => Noise(),
            _ => string.Join('/', Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Part())),
        };
        if (random.Next(5) == 0)
            line = "/" + line;
        if (random.Next(5) == 0)
            line += "/";
        if (random.Next(5) == 0)
            line = "!" + line;
        if (random.Next(15) == 0)
            line += random.Next(2) == 0 ? "  " : "\\ ";
        if (random.Next(30) == 0)
            line = "#" + line;
        return line.Replace("\n", "", StringComparison.Ordinal);
    }

    private string Part()
    {
        switch (random.Next(5))
        {
            case 0:
                return "**";
            case 2:
                return Names[random.Next(Names.Length)][..1] + "**";
            case 1:
                return Name();
            default:
                var text = new StringBuilder();
                int atoms = 1 + random.Next(4);
                for (int i = 0; i < atoms; i++)
                    text.Append(Atom());
                return text.ToString();
        }
    }

    private string Atom() => random.Next(10) switch
    {
        0 or 1 => "*",
        2 => "**",
        3 => "?",
        4 => "[" + (random.Next(3) == 0 ? random.Next(2) == 0 ? "!" : "^" : "") + Members() + "]",
        5 => "\\" + "ab*?[]\\/ !AF"[random.Next(12)],
        _ => random.Next(2) == 0 ? Name() : "ab.o1"[random.Next(5)].ToString(CultureInfo.InvariantCulture),
    };

    private string Members()
    {
        var text = new StringBuilder();
        int members = 1 + random.Next(3);
        for (int i = 0; i < members; i++)
        {
            text.Append(random.Next(6) switch
            {
                0 => "a-c",
                1 => "[:" + Classes[random.Next(Classes.Length)] + ":]",
                2 => "\\" + "]ab\\-"[random.Next(5)],
                3 => "]-[!^:é/"[random.Next(8)].ToString(CultureInfo.InvariantCulture),
                4 => "A-Z",
                _ => "abo1 "[random.Next(5)].ToString(CultureInfo.InvariantCulture),
            });
        }

        return text.ToString();
    }

    private string Noise()
    {
        const string Alphabet = "ab*?[]!^-:\\/ .#o";
        return new string([.. Enumerable.Range(0, 1 + random.Next(8)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
    }
}
