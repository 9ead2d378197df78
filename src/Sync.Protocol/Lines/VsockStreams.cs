using System.Globalization;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;

namespace Sync.Protocol.Lines;

/// <summary>Connects by vsock. Not tested against a hypervisor: what is tested is how addresses are read and written.</summary>
internal static class VsockStreams
{
    /// <exception cref="DialException">Nobody is there, or there are no vsocks here.</exception>
    public static async ValueTask<Stream> ConnectAsync(PeerAddress address, CancellationToken cancel)
    {
        try
        {
            var socket = VsockNative.Open();
            var stream = new DeviceStream(socket, socket);
            try
            {
                if (!VsockNative.Connect(socket, new VsockEndPoint(uint.Parse(address.Host, CultureInfo.InvariantCulture), address.Port)))
                {
                    await stream.WritableAsync(cancel);
                    VsockNative.Complete(socket);
                }

                return stream;
            }
            catch
            {
                await stream.DisposeAsync();
                throw;
            }
        }
        catch (IOException e)
        {
            throw new DialException($"{address} cannot be reached: {e.Message}. Check that the virtual machine has a vsock device, and that sync-host listens there.", e);
        }
    }
}
