using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Link;

namespace Sync.Engine.Transfer;

/// <summary>A file that should hold a content, open for reading; or why there is none.</summary>
internal readonly record struct OpenedContent(IReadableFile? File, string Path, long Length, TransferStatus Status, string? Detail)
{
    /// <summary>The file's stamp when the content was seen in it; null: not known.</summary>
    public FileStamp? Seen { get; private init; }

    private const int Attempts = 3;

    /// <summary>Finds a content and opens it.</summary>
    /// <param name="files">The share's directory.</param>
    /// <param name="locator">Finds it.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="found">Where it was found a moment ago; null: it is still to be looked for.</param>
    /// <param name="cancel">Ends the search.</param>
    public static async ValueTask<OpenedContent> OpenAsync(IFileSystem files, IContentLocator locator, ContentRequest request, ContentPlace? found, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            if ((found ?? await locator.LocateAsync(request.Content, request.Entry, cancel)) is not { } place) return Gone;
            found = null;
            var error = files.OpenRead(place.Path, out var file);
            // A staged file is placed, or a file moved, between looking and opening: look again.
            if (error == FsError.NotFound && attempt < Attempts) continue;
            if (error is FsError.NotFound or FsError.NotDirectory or FsError.IsDirectory or FsError.Escapes or FsError.CrossDevice) return Gone;
            if (error != FsError.None) return Unreadable(place.Path, error);
            error = file!.Stat(out var stat);
            if (error == FsError.None)
            {
                var length = stat.Stamp.Size;
                if (place.MayBeConverted && LfView.Of(file, length) is { } view && LineText.Id(view.Lf.Span) == request.Content) (file, length) = (view, view.Length);
                return new(ReadAheadFile.Over(file, length), place.Path, length, TransferStatus.Complete, null) { Seen = place.Stamp };
            }

            file.Dispose();
            return Unreadable(place.Path, error);
        }
    }

    /// <summary>The content is not there any more.</summary>
    public static OpenedContent Gone => new(null, "", 0, TransferStatus.Superseded, null);

    /// <summary>The end of a transfer that could not read its file.</summary>
    public static ContentFrame.End Unreadable(long id, string path, FsError error) => new(id, TransferStatus.Failed, $"Reading {path} failed: {error}.");

    private static OpenedContent Unreadable(string path, FsError error) => new(null, path, 0, TransferStatus.Failed, $"Opening {path} failed: {error}.");
}
