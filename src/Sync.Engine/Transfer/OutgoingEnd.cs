using System.Threading.Channels;
using Sync.Engine.Link;

namespace Sync.Engine.Transfer;

/// <summary>How each content on its way out ends: by one frame, whatever comes.</summary>
internal static class OutgoingEnd
{
    /// <summary>Waits until a content's frames are written, and writes the last one.</summary>
    /// <param name="output">Where they go.</param>
    /// <param name="request">The request's number.</param>
    /// <param name="sending">Writes all others; its result is the end.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task WriteAsync(ChannelWriter<ContentFrame> output, long request, ValueTask<ContentFrame.End> sending, CancellationToken cancel)
    {
        ContentFrame.End end;
        try
        {
            end = await sending;
        }
        catch (IOException e)
        {
            // The replica's own data directory, where manifests are kept.
            end = new ContentFrame.End(request, TransferStatus.Failed, e.Message);
        }

        await output.WriteAsync(end, cancel);
    }
}
