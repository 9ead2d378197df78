using Sync.Engine.Ignoring;
using Xunit;

namespace Sync.Engine.Tests.Ignoring;

public sealed class IgnoreFileTests
{
    [Theory]
    // names
    [InlineData("foo", "foo", true)]
    [InlineData("foo", "a/b/foo", true)]
    [InlineData("foo", "foobar", false)]
    [InlineData("*.o", "a/b.o", true)]
    [InlineData("*.o", ".o", true)]
    [InlineData("*.o", "b.oo", false)]
    [InlineData("*", "x", true)]
    [InlineData("a*c", "abbc", true)]
    [InlineData("a*c*e", "abcdcde", true)]
    [InlineData("a*c*e", "abcdcd", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("**foo", "a/barfoo", true)]
    // one "?" is one byte
    [InlineData("?", "é", false)]
    [InlineData("??", "é", true)]
    [InlineData("é*", "éa", true)]
    // directories
    [InlineData("foo/", "foo", false)]
    [InlineData("foo/", "foo/", true)]
    [InlineData("*/", "x/", true)]
    [InlineData("*/", "x", false)]
    // anchors
    [InlineData("/foo", "foo", true)]
    [InlineData("/foo", "a/foo", false)]
    [InlineData("a/foo", "a/foo", true)]
    [InlineData("a/foo", "b/a/foo", false)]
    [InlineData("/*.c", "x.c", true)]
    [InlineData("/*.c", "a/x.c", false)]
    [InlineData("a/*", "a/b", true)]
    [InlineData("a/*", "a/b/c", false)]
    [InlineData("/", "a", false)]
    [InlineData("//a", "a", false)]
    // double stars
    [InlineData("**/foo", "foo", true)]
    [InlineData("**/foo", "a/b/foo", true)]
    [InlineData("**/foo/bar", "a/foo/bar", true)]
    [InlineData("abc/**", "abc/x/y", true)]
    [InlineData("abc/**", "abc", false)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/b", "a/xb", false)]
    [InlineData("a/**/**/b", "a/b", true)]
    [InlineData("a/x**/b", "a/xy/b", true)]
    [InlineData("a/x?**/b", "a/xy/z/b", false)]
    [InlineData("/a**/b", "ab", true)]
    [InlineData("/a**/b", "ax/y/b", true)]
    [InlineData("/a**", "ax/y", true)]
    [InlineData("/?**", "ax/y", false)]
    [InlineData("**/", "a/", true)]
    [InlineData("**/**", "a/b", true)]
    // classes
    [InlineData("[ab]c", "bc", true)]
    [InlineData("[!ab]c", "bc", false)]
    [InlineData("[^ab]c", "dc", true)]
    [InlineData("[a-c]", "b", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[]]", "]", true)]
    [InlineData("[]-a]", "^", true)]
    [InlineData("[[:digit:]]x", "7x", true)]
    [InlineData("[[:nope:]]x", "nx", false)]
    [InlineData("[[:digit]x", "dx", true)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[a", "[a", false)]
    [InlineData("x[!a]y/z", "x/y/z", false)]
    // escapes
    [InlineData("\\#a", "#a", true)]
    [InlineData("#a", "#a", false)]
    [InlineData("\\!a", "!a", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("a\\", "a", false)]
    [InlineData("a\\", "a\\", false)]
    [InlineData("a\\b", "ab", true)]
    // spaces and line ends
    [InlineData("a  ", "a", true)]
    [InlineData("a\\ ", "a ", true)]
    [InlineData("a\\  ", "a ", true)]
    [InlineData("a b", "a b", true)]
    [InlineData(" a", " a", true)]
    [InlineData("a\r\n", "a", true)]
    [InlineData("a\t", "a\t", true)]
    [InlineData("\uFEFFa", "a", true)]
    [InlineData("a\0b", "a", true)]
    // the last one counts
    [InlineData("a*\n!ab", "ab", false)]
    [InlineData("a*\n!ab", "ac", true)]
    [InlineData("!ab\na*", "ab", true)]
    [InlineData("*\n!*/", "d/", false)]
    [InlineData("*\n!*.c\nx.c", "x.c", true)]
    [InlineData("*\n!*.c\nx.c", "y.c", false)]
    public void Matches_as_git_does(string patterns, string path, bool ignored)
    {
        var file = IgnoreFile.Parse(patterns);
        int match = file.LastMatch(path.TrimEnd('/'), path.EndsWith('/'));
        Assert.Equal(ignored, match >= 0 && !file.Patterns[match].Negative);
    }

    [Theory]
    [InlineData("FOO", "foo", true)]
    [InlineData("foo", "FOO", true)]
    [InlineData("*.C", "a.c", true)]
    [InlineData("/A/b*", "a/Bx", true)]
    [InlineData("[A-C]", "b", true)]
    [InlineData("[a-c]", "B", true)]
    [InlineData("É", "é", false)]
    [InlineData("\\Foo", "foo", false)]
    [InlineData("\\foo", "FOO", true)]
    [InlineData("[A]", "a", false)]
    public void Folds_case_where_asked(string pattern, string path, bool matches) =>
        Assert.Equal(matches, IgnoreFile.Parse(pattern, foldCase: true).LastMatch(path, isDirectory: false) >= 0);

    [Fact]
    public void Keeps_line_numbers()
    {
        var file = IgnoreFile.Parse("# a\n\nfoo\n  \n!bar\n");
        Assert.Equal([3, 5], file.Patterns.Select(pattern => pattern.Line));
    }

    [Fact]
    public void Bounds_a_huge_file_and_says_so()
    {
        string content = "first\n" + string.Concat(Enumerable.Repeat(new string('x', 99) + "\n", 11_000)) + "last\n";
        var file = IgnoreFile.Parse(content);
        Assert.Contains("1 MiB", file.Problem, StringComparison.Ordinal);
        Assert.True(file.LastMatch("first", false) >= 0);
        Assert.Equal(-1, file.LastMatch("last", false));
    }

    [Fact]
    public void Bounds_wildcards_and_says_so()
    {
        string content = "first\n" + string.Concat(Enumerable.Repeat("*a*a*a*a*a*a*a*a*b\n", 20_000));
        var file = IgnoreFile.Parse(content);
        Assert.Contains("too many wildcards", file.Problem, StringComparison.Ordinal);
        Assert.True(file.Patterns.Count < 4000);
    }

    [Theory]
    [InlineData("*a")]
    [InlineData("**/a")]
    [InlineData("/*a*a/**/a")]
    [InlineData("?*[a-z]*\\a")]
    public void Takes_no_exponential_time(string part)
    {
        // Backtracking over each star would take longer than the universe lasts; what matters is that this ends.
        string pattern = string.Concat(Enumerable.Repeat(part, 200)) + "b";
        string path = string.Concat(Enumerable.Repeat("aaaa/aaa", 500));
        Assert.Equal(-1, IgnoreFile.Parse(pattern).LastMatch(path, isDirectory: false));
        Assert.Equal(-1, IgnoreFile.Parse(pattern.Replace("/", "", StringComparison.Ordinal)).LastMatch(new string('a', 4000), isDirectory: false));
    }

    [Fact]
    public void Drops_what_needs_more_than_a_path_can_have()
    {
        Assert.True(IgnoreFile.Parse(new string('?', 500_000)).IsEmpty);
        Assert.True(IgnoreFile.Parse(string.Concat(Enumerable.Repeat("?*", 200_000))).IsEmpty);
        Assert.Empty(IgnoreFile.Parse("[a\n/\n!\n").Patterns);
    }

    [Fact]
    public void Survives_any_bytes()
    {
        var random = new Random(1);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] content = new byte[random.Next(60)];
            random.NextBytes(content);
            if (i % 2 == 0)
            {
                for (int j = 0; j < content.Length; j++)
                    content[j] = (byte)"[]!^-:*?\\/ab\n \r#"[content[j] % 16];
            }

            var file = IgnoreFile.Parse(content);
            foreach (string path in (string[])["a", "b", "a/b", "ab/ba/a", "[", "é/a"])
                Assert.InRange(file.LastMatch(path, (i & 2) != 0), -1, file.Patterns.Count - 1);
        }
    }
}
