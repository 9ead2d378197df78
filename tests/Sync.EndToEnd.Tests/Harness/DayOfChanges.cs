using System.Globalization;
using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Changes of a host and of a guest that was away, and what must come of them. Of ten files each has one kind of change on one side or on both; each side makes files, too.</summary>
internal sealed class DayOfChanges(int changes)
{
    private const int InDirectory = 100;

    /// <summary>A side changes seven files of ten, and makes three.</summary>
    private int Files => Math.Max(10, changes / 10 * 10);

    public int HostChanges { get; private set; }

    public int GuestChanges { get; private set; }

    /// <summary>Files that both have edited, each in its own way.</summary>
    public int Conflicts => Files / 10;

    public void Fill(TestTree tree)
    {
        for (int i = 0; i < Files; i++)
            tree.Put(At(i), Base(i));
    }

    public void EditHost(TestTree tree)
    {
        for (int i = 0; i < Files; i++)
        {
            switch (i % 10)
            {
                case 0 or 7 or 8: tree.Put(At(i), Host(i)); break;
                case 2: tree.Delete(At(i)); break;
                case 4 or 9: tree.Move(At(i), Moved("host", i)); break;
                case 6: tree.Put(At(i), Same(i)); break;
                default: tree.Put(New("host", i), Host(i)); break;
            }

            HostChanges++;
        }
    }

    public void EditGuest(TestTree tree)
    {
        for (int i = 0; i < Files; i++)
        {
            switch (i % 10)
            {
                case 1 or 7 or 9: tree.Put(At(i), Guest(i)); break;
                case 3 or 8: tree.Delete(At(i)); break;
                case 5: tree.Move(At(i), Moved("guest", i)); break;
                case 6: tree.Put(At(i), Same(i)); break;
                default: tree.Put(New("guest", i), Guest(i)); break;
            }

            GuestChanges++;
        }
    }

    /// <summary>Asserts that a tree holds what comes of both, and nothing else.</summary>
    public void Check(TestTree tree)
    {
        var expected = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < Files; i++)
        {
            switch (i % 10)
            {
                case 0: expected[At(i)] = Host(i); break;
                case 1: expected[At(i)] = Guest(i); break;
                case 2 or 3: break;
                case 4: expected[Moved("host", i)] = Base(i); break;
                case 5: expected[Moved("guest", i)] = Base(i); break;
                case 6: expected[At(i)] = Same(i); break;
                // The host's was there first, the guest's stands beside it; an edit beats a delete; one follows what was moved.
                case 7 or 8: expected[At(i)] = Host(i); break;
                case 9: expected[Moved("host", i)] = Guest(i); break;
            }

            if (i % 10 is 1 or 3 or 5) expected[New("host", i)] = Host(i);
            if (i % 10 is 0 or 2 or 4) expected[New("guest", i)] = Guest(i);
        }

        string[] files = [.. Directory.EnumerateFiles(tree.Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(tree.Root, path)).Where(path => !path.StartsWith(".sync/", StringComparison.Ordinal))];
        string[] copies = [.. files.Where(path => path.Contains(" (conflict ", StringComparison.Ordinal))];
        Assert.Equal([], expected.Keys.Except(files).Take(10));
        Assert.Equal([], files.Except(expected.Keys).Except(copies).Take(10));
        foreach ((string path, string content) in expected)
            Assert.Equal(content, tree.Read(path));
        Assert.Equal(Enumerable.Range(0, Files).Where(i => i % 10 == 7).Select(Guest).Order(StringComparer.Ordinal), copies.Select(tree.Read).Order(StringComparer.Ordinal));
    }

    private static string At(int i) => string.Create(CultureInfo.InvariantCulture, $"d{i / InDirectory}/f{i}");

    private static string Moved(string who, int i) => string.Create(CultureInfo.InvariantCulture, $"moved-{who}/d{i / InDirectory}/m{i}");

    private static string New(string who, int i) => string.Create(CultureInfo.InvariantCulture, $"d{i / InDirectory}/new-{who}-{i}");

    private static string Base(int i) => string.Create(CultureInfo.InvariantCulture, $"base {i}");

    private static string Same(int i) => string.Create(CultureInfo.InvariantCulture, $"the same on both {i}");

    private static string Host(int i) => string.Create(CultureInfo.InvariantCulture, $"of the host {i}");

    private static string Guest(int i) => string.Create(CultureInfo.InvariantCulture, $"of the guest {i}");
}
