using CsCheck;
using Sync.Engine.Files;
using Sync.Engine.Tests.Files;
using Sync.Engine.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

/// <summary>A file written behind and past the page cache has the bytes of one that is not.</summary>
public sealed class WriteBehindFileTests : IDisposable
{
    private readonly FileSystemUnderTest _root = new("linux");

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Whatever_is_written_and_left_out_reads_as_it_was_written()
    {
        var step = Gen.Select(Gen.Int[0, 9], Gen.Int[1, 3 << 20], Gen.Byte);
        var number = 0;
        step.Array[1, 12].Sample(steps =>
        {
            var name = $"f{number++}";
            var expected = new MemoryStream();
            Assert.Equal(FsError.None, _root.Fs.Create(name, out var raw));
            using (var file = new WriteBehindFile(raw!))
            {
                long at = 0;
                foreach (var (kind, count, value) in steps)
                {
                    if (kind == 0) at += count;
                    else if (kind == 1)
                    {
                        var back = new byte[Math.Min(count, at)];
                        Assert.Equal(FsError.None, file.Read(0, back, out var read));
                        var wanted = expected.ToArray();
                        Assert.True(back.AsSpan(0, read).SequenceEqual(wanted.AsSpan(0, read)));
                    }
                    else
                    {
                        // Some of the lengths are whole pages, as most of the real ones are.
                        var bytes = new byte[kind < 6 ? (count + 4095) & ~4095 : count];
                        Array.Fill(bytes, value);
                        for (var i = 0; i < bytes.Length; i += 1000) bytes[i] = (byte)i;
                        Assert.Equal(FsError.None, file.Write(at, bytes));
                        expected.Position = at;
                        expected.Write(bytes);
                        at += bytes.Length;
                    }
                }

                Assert.Equal(FsError.None, file.SetLength(expected.Length));
                Assert.Equal(FsError.None, file.WriteBack());
            }

            var found = File.ReadAllBytes(_root.At(name)).AsSpan().SequenceEqual(expected.ToArray());
            File.Delete(_root.At(name));
            return found;
        }, iter: 25, threads: 1);
    }

    [Fact]
    public void A_failure_is_told_by_what_follows_and_at_the_latest_at_the_end()
    {
        Assert.Equal(FsError.None, _root.Fs.Create("f", out var raw));
        using var file = new WriteBehindFile(new FailingFile(raw!));
        var error = FsError.None;
        for (var i = 0; i < 20 && error == FsError.None; i++) error = file.Write(i * (1L << 20), new byte[1 << 20]);
        Assert.Equal(FsError.NoSpace, error);
        Assert.Equal(FsError.NoSpace, file.WriteBack());
        Assert.Equal(FsError.NoSpace, file.SetLength(0));
    }

    [Fact]
    public void Where_nothing_can_be_direct_it_is_written_all_the_same()
    {
        Assert.Equal(FsError.None, _root.Fs.Create("f", out var raw));
        var bytes = TestContents.Random(5 << 20);
        using (var file = new WriteBehindFile(new IndirectFile(raw!)))
        {
            Assert.Equal(FsError.None, file.Write(0, bytes));
            Assert.Equal(FsError.None, file.WriteBack());
        }

        Assert.Equal(bytes, File.ReadAllBytes(_root.At("f")));
    }

    private class Wrapped(IWritableFile file) : IWritableFile
    {
        public virtual FsError Write(long offset, ReadOnlySpan<byte> data) => file.Write(offset, data);

        public virtual bool TrySetDirect(bool direct) => file.TrySetDirect(direct);

        public FsError Read(long offset, Span<byte> buffer, out int read) => file.Read(offset, buffer, out read);

        public FsError CopyFrom(IReadableFile source, long sourceOffset, long offset, long length) => file.CopyFrom(source, sourceOffset, offset, length);

        public FsError SetLength(long length) => file.SetLength(length);

        public FsError SetMeta(uint mode, ulong? owner, long mtimeNs) => file.SetMeta(mode, owner, mtimeNs);

        public void BeginWriteBack() => file.BeginWriteBack();

        public FsError WriteBack() => file.WriteBack();

        public FsError Sync() => file.Sync();

        public FsError Stat(out FileStat stat) => file.Stat(out stat);

        public void Dispose()
        {
            file.Dispose();
            GC.SuppressFinalize(this);
        }
    }

    private sealed class FailingFile(IWritableFile file) : Wrapped(file)
    {
        public override FsError Write(long offset, ReadOnlySpan<byte> data) => offset < 4 << 20 ? base.Write(offset, data) : FsError.NoSpace;
    }

    // Takes the flag, and refuses the writes: some file systems do.
    private sealed class IndirectFile(IWritableFile file) : Wrapped(file)
    {
        private bool _direct;

        public override bool TrySetDirect(bool direct)
        {
            _direct = direct;
            return true;
        }

        public override FsError Write(long offset, ReadOnlySpan<byte> data) => _direct ? FsError.Invalid : base.Write(offset, data);
    }
}
