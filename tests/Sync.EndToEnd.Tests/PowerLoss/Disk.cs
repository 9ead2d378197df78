using System.Globalization;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.PowerLoss;

/// <summary>A machine's disk: a file system in an image, mounted.</summary>
internal sealed class Disk : IAsyncDisposable
{
    private const long Size = 1L << 30;

    private readonly DiskShelf _shelf;
    private readonly string _fileSystem;
    private readonly string _name;
    private string _image;
    private string? _saved;
    private int _count;
    private bool _isMounted;

    private Disk(DiskShelf shelf, string fileSystem, string name)
    {
        _shelf = shelf;
        _fileSystem = fileSystem;
        _name = name;
        _image = NewImage();
        Directory = Path.Combine(shelf.Directory, name);
    }

    /// <summary>Where it is mounted.</summary>
    public string Directory { get; }

    /// <summary>Makes an empty one and mounts it; skips the test where that is not possible.</summary>
    public static async Task<Disk> MakeAsync(DiskShelf shelf, string fileSystem, string name)
    {
        var disk = new Disk(shelf, fileSystem, name);
        System.IO.Directory.CreateDirectory(disk.Directory);
        await using (FileStream file = File.Create(disk._image))
            file.SetLength(Size);
        // What ext4 leaves for later would be written in the background.
        string[] options = fileSystem == "ext4" ? ["-F", "-I", "256", "-E", "lazy_itable_init=0,lazy_journal_init=0"] : [];
        await SystemCommand.RunOrSkipAsync("mkfs." + fileSystem, ["-q", .. options, disk._image]);
        await SystemCommand.RunOrSkipAsync("mount", disk.MountArguments());
        disk._isMounted = true;
        return disk;
    }

    /// <summary>Keeps what the disk holds at this moment.</summary>
    public async Task SaveAsync()
    {
        _saved = NewImage();
        (await SystemCommand.RunAsync("cp", "--reflink=always", _image, _saved)).Expect(0);
    }

    /// <summary>Mounts what was saved, instead of what came after it: only what had reached the disk is there. Nothing may use the directory.</summary>
    public async Task GoBackAsync()
    {
        (await SystemCommand.RunAsync("umount", Directory)).Expect(0);
        _isMounted = false;
        File.Delete(_image);
        _image = _saved!;
        // It remembers the newest state that it has seen of a file system, and takes no older one.
        if (_fileSystem == "btrfs")
            (await SystemCommand.RunAsync("btrfs", "device", "scan", "--forget")).Expect(0);
        (await SystemCommand.RunAsync("mount", MountArguments())).Expect(0);
        _isMounted = true;
    }

    public async ValueTask DisposeAsync()
    {
        // Lazily: what is still open in it ends later, and must not keep the rest from being taken down.
        if (_isMounted)
            (await SystemCommand.RunAsync("umount", "--lazy", Directory)).Expect(0);
    }

    private string[] MountArguments() => ["-t", _fileSystem, "-o", "loop,discard", _image, Directory];

    private string NewImage() => Path.Combine(_shelf.Images, string.Create(CultureInfo.InvariantCulture, $"{_name}-{_count++}.img"));
}
