using System.Buffers.Binary;
using System.IO.Hashing;

namespace Sync.Engine.Store.LiteDb;

/// <summary>
/// The data file, as LiteDB sees it. LiteDB's pages carry no checksum, and a rotten one can send it round in circles; so each page is
/// summed on its way to disk, in the four bytes of its header that name a transaction: LiteDB keeps them at 0xFFFFFFFF in the data file.
/// They are put back on the way in, and the file stays one that LiteDB's own tools open.
/// </summary>
internal sealed class DataStream(IStoreFile file) : PageStream
{
    /// <summary>Offset of the transaction id in LiteDB's page header.</summary>
    private const int SumOffset = 14;

    private readonly byte[] _page = new byte[PageSize];
    private bool _dirty;

    /// <inheritdoc/>
    public override long Length => file.Length / PageSize * PageSize;

    /// <inheritdoc/>
    public override void SetLength(long value)
    {
        _dirty = true;
        file.SetLength(value);
    }

    /// <summary>Returns when all pages are durable.</summary>
    public void Sync()
    {
        if (!_dirty) return;
        file.Sync();
        _dirty = false;
    }

    /// <inheritdoc/>
    protected override void ReadPage(long page, Span<byte> buffer)
    {
        if (file.Read(page * PageSize, buffer) != PageSize) throw new StoreCorruptException($"The data file ends within page {page}.");
        var sum = BinaryPrimitives.ReadUInt32LittleEndian(buffer[SumOffset..]);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[SumOffset..], uint.MaxValue);
        if (sum == Sum(page, buffer)) return;
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[SumOffset..], sum);
        // A hole: LiteDB can grow the file past a page that it never wrote.
        if (!buffer.ContainsAnyExcept((byte)0)) return;
        throw new StoreCorruptException($"Page {page} of the data file has a wrong checksum.");
    }

    /// <inheritdoc/>
    protected override void WritePage(long page, ReadOnlySpan<byte> data)
    {
        data.CopyTo(_page);
        BinaryPrimitives.WriteUInt32LittleEndian(_page.AsSpan(SumOffset), uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(_page.AsSpan(SumOffset), Sum(page, _page));
        _dirty = true;
        file.Write(page * PageSize, _page);
    }

    // The page's number is part of it: a page written to the wrong place is found too.
    private static uint Sum(long page, ReadOnlySpan<byte> bytes) => (uint)(XxHash3.HashToUInt64(bytes, page) >> 32);
}
