using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Machines;

namespace Sync.Engine.Transfer;

/// <summary>The small contents against which patches were asked for, by request, until the answer is there. Bounded. Safe from any thread.</summary>
internal sealed class SmallBases(IMachine machine)
{
    /// <summary>All together, in bytes, and one more. Whoever wants more asks later: of a kernel tree replaced by the next, half the patches would not be made.</summary>
    private const long Capacity = 8 << 20;

    private readonly Dictionary<long, byte[]> _bases = [];
    private TaskCompletionSource? _room;
    private long _size;

    /// <summary>Returns when there is room for one more. What takes room are requests that have been made: their answers make it again.</summary>
    public Task RoomAsync(CancellationToken cancel)
    {
        lock (_bases)
        {
            if (_size < Capacity) return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task.WaitAsync(cancel);
        }
    }

    /// <summary>Reads a file and keeps its bytes for the answer to a request.</summary>
    /// <param name="id">The request.</param>
    /// <param name="files">The share's directory.</param>
    /// <param name="path">What stands in the content's place now. It may be another than was seen last: a basis is whatever was read.</param>
    /// <returns>Its sums; null if there is nothing to be patched.</returns>
    public PatchSums? Read(long id, IFileSystem files, string path)
    {
        if (files.OpenRead(path, out var file) != FsError.None) return null;
        using (file)
        {
            if (file!.Stat(out var stat) != FsError.None || stat.Stamp.Size is < PatchSums.WorthwhileLength or > PatchSums.MaxLength) return null;
            var bytes = GC.AllocateUninitializedArray<byte>((int)stat.Stamp.Size);
            for (var filled = 0; filled < bytes.Length;)
            {
                if (file.Read(filled, bytes.AsSpan(filled), out var read) != FsError.None || read == 0) return null;
                filled += read;
            }

            lock (_bases)
            {
                _bases.Add(id, bytes);
                _size += bytes.Length;
            }

            return PatchSums.Of(bytes, machine.NextSecret());
        }
    }

    /// <summary>The bytes for a request, which are then no longer kept; null if there are none.</summary>
    public byte[]? Take(long id)
    {
        lock (_bases)
        {
            if (!_bases.Remove(id, out var bytes)) return null;
            _size -= bytes.Length;
            if (_size < Capacity && _room is { } room)
            {
                _room = null;
                room.SetResult();
            }

            return bytes;
        }
    }
}
