using System.Globalization;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Filling;

/// <summary>Users on both sides who work in a tree while it comes to the guest, and know what is to become of it.</summary>
internal sealed class FillUsers(TestTree host, TestTree guest, FillDirectory[] directories, int seed)
{
    private readonly Lock _gate = new();
    private int _count;

    /// <summary>What they did.</summary>
    public Dictionary<FillWork, int> Acts { get; } = [];

    /// <summary>Works on both sides until it is told to stop.</summary>
    /// <param name="stop">Tells it.</param>
    /// <param name="hosts">Whether the host's users work.</param>
    /// <param name="guests">Whether the guest's do.</param>
    public Task RunAsync(CancellationToken stop, bool hosts = true, bool guests = true) => Task.WhenAll(
        hosts ? Task.Run(() => WorkAsync(HostStep, new Random(seed), stop), CancellationToken.None) : Task.CompletedTask,
        guests ? Task.Run(() => WorkAsync(GuestStep, new Random(seed + 1), stop), CancellationToken.None) : Task.CompletedTask);

    private async Task WorkAsync(Func<FillDirectory, Random, bool> step, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            FillDirectory directory = directories[random.Next(directories.Length)];
            try
            {
                lock (_gate)
                {
                    if (step(directory, random))
                        Acts[directory.Work] = Acts.GetValueOrDefault(directory.Work) + 1;
                }
            }
            catch (IOException)
            {
                // It was moved or deleted under the user's hands.
            }

            // How long a user thinks.
            await Task.Delay(random.Next(8), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool HostStep(FillDirectory directory, Random random)
    {
        switch (directory.Work)
        {
            case FillWork.HostEdits:
                return Edit(host, directory, random, mayReplace: true);
            case FillWork.HostDeletes:
                return Delete(host, directory, random);
            case FillWork.HostRenames or FillWork.HostRenamesGuestEdits when random.Next(12) == 0:
                return Rename(host, directory, "h");
            case FillWork.HostRemoves when random.Next(12) == 0 && !directory.IsGone:
                Directory.Delete(host.At(directory.Name), recursive: true);
                directory.IsGone = true;
                return true;
            case FillWork.GuestRenamesHostCreates:
                string inner = Directory.Exists(host.At(directory.Name + "/t")) ? "t" : FillTree.Inner;
                return Create(host, directory, inner, FillTree.Inner);
            default:
                return false;
        }
    }

    private bool GuestStep(FillDirectory directory, Random random)
    {
        switch (directory.Work)
        {
            case FillWork.GuestCreates when random.Next(3) == 0:
                return CreateRival(directory, random);
            case FillWork.GuestCreates:
                Directory.CreateDirectory(guest.At(directory.Name + "/" + FillTree.Inner));
                return Create(guest, directory, FillTree.Inner, FillTree.Inner);
            case FillWork.GuestEdits:
                return Edit(guest, directory, random, mayReplace: true);
            case FillWork.HostRenamesGuestEdits:
                return Edit(guest, directory, random, mayReplace: false);
            case FillWork.GuestDeletes:
                return Delete(guest, directory, random);
            case FillWork.GuestRenames:
                return Rename(guest, directory, "g");
            case FillWork.GuestRenamesHostCreates when directory.Inner == FillTree.Inner && Directory.Exists(guest.At(directory.Name + "/" + FillTree.Inner)):
                Directory.Move(guest.At(directory.Name + "/" + FillTree.Inner), guest.At(directory.Name + "/t"));
                directory.Inner = "t";
                return true;
            default:
                return false;
        }
    }

    /// <summary>A new file, below a directory that may have another name by now.</summary>
    private bool Create(TestTree tree, FillDirectory directory, string inner, string first)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"own-{_count++}");
        string content = "made: " + name;
        using (var file = new StreamWriter(new FileStream(tree.At($"{directory.Name}/{inner}/{name}"), FileMode.CreateNew)))
            file.Write(content);
        directory.Files[first + "/" + name] = content;
        return true;
    }

    /// <summary>A file at a name that is to come; none, if it is there.</summary>
    private bool CreateRival(FillDirectory directory, Random random)
    {
        string file = directory.Files.Keys.ElementAt(random.Next(directory.Files.Count));
        if (directory.Rivals.ContainsKey(file))
            return false;
        string content = "rival of " + directory.Name + "/" + file;
        Directory.CreateDirectory(Path.GetDirectoryName(guest.At(directory.Name + "/" + file))!);
        using (var written = new StreamWriter(new FileStream(guest.At(directory.Name + "/" + file), FileMode.CreateNew)))
            written.Write(content);
        directory.Rivals[file] = content;
        return true;
    }

    private bool Edit(TestTree tree, FillDirectory directory, Random random, bool mayReplace)
    {
        string name = Directory.Exists(tree.At(directory.Name)) ? directory.Name : FormattableString.Invariant($"d{directory.Number}");
        string file = directory.Files.Keys.ElementAt(random.Next(directory.Files.Count));
        string path = tree.At(name + "/" + file);
        if (!File.Exists(path))
            return false;
        string content = string.Create(CultureInfo.InvariantCulture, $"edit {_count++} of {directory.Number}/{file}");
        if (mayReplace && random.Next(2) == 0)
        {
            File.WriteAllText(path + ".new", content);
            File.Move(path + ".new", path, overwrite: true);
        }
        else
        {
            using var written = new StreamWriter(new FileStream(path, FileMode.Truncate));
            written.Write(content);
        }

        directory.Files[file] = content;
        return true;
    }

    private static bool Delete(TestTree tree, FillDirectory directory, Random random)
    {
        string file = directory.Files.Keys.ElementAt(random.Next(directory.Files.Count));
        if (!File.Exists(tree.At(directory.Name + "/" + file)))
            return false;
        File.Delete(tree.At(directory.Name + "/" + file));
        directory.Files[file] = null;
        return true;
    }

    private static bool Rename(TestTree tree, FillDirectory directory, string prefix)
    {
        string name = FormattableString.Invariant($"{prefix}{directory.Number}");
        if (directory.Name == name || !Directory.Exists(tree.At(directory.Name)))
            return false;
        Directory.Move(tree.At(directory.Name), tree.At(name));
        directory.Name = name;
        return true;
    }
}
