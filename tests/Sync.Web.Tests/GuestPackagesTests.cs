using Sync.Web.Api;
using Xunit;

namespace Sync.Web.Tests;

/// <summary>Archives of the guest are served, and nothing beside them.</summary>
public sealed class GuestPackagesTests
{
    [Fact]
    public void Only_an_archive_of_the_guest_is_found_and_the_first_place_counts()
    {
        string first = Directory.CreateTempSubdirectory("sync-web-").FullName, second = Directory.CreateTempSubdirectory("sync-web-").FullName;
        try
        {
            const string Name = "sync-guest-1.2.3-linux-x64.tar.gz";
            File.WriteAllText(Path.Combine(second, Name), "");
            File.WriteAllText(Path.Combine(second, "config.json"), "");
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(second)!, Path.GetFileName(second) + ".tar.gz"), "");
            string[] places = [first, second];
            Assert.Equal(Path.Combine(second, Name), GuestPackages.Find(places, Name));
            File.WriteAllText(Path.Combine(first, Name), "");
            Assert.Equal(Path.Combine(first, Name), GuestPackages.Find(places, Name));
            foreach (string other in (string[])["config.json", "../config.json", "", Name + "\n", "sync-guest-1-linux-x64.tar.gz", $"../{Path.GetFileName(second)}.tar.gz", "sync-guest-../x-linux-x64.tar.gz"])
                Assert.Null(GuestPackages.Find(places, other));
        }
        finally
        {
            Directory.Delete(first, recursive: true);
            Directory.Delete(second, recursive: true);
            File.Delete(second + ".tar.gz");
        }
    }
}
