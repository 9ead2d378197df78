using Grpc.Core;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Control;
using Sync.Shared.Output;
using Xunit;

namespace Sync.Host.Tests;

public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(0, "complete", "complete")]
    [InlineData(1, "complete", "problems")]
    [InlineData(1, "timed-out")]
    [InlineData(1, "paused")]
    [InlineData(4, "problems", "halted", "refused")]
    [InlineData(5, "complete", "disconnected", "problems")]
    [InlineData(6, "disconnected", "refused")]
    public void TheGravestEndOfAFlushCounts(int code, params string[] outcomes)
    {
        var reply = new FlushReply();
        reply.Items.AddRange(outcomes.Select(outcome => new FlushItem { Outcome = outcome }));
        Assert.Equal(code, (int)FlushRun.ExitCodeOf(reply));
    }

    [Fact]
    public void AFailureCrossesTheSocketWhole()
    {
        var failure = new CommandFailure(ExitCode.Halted, "what, which path, what to do");
        var there = ControlErrors.ToFailure(ControlErrors.ToRpc(failure));
        Assert.Equal((failure.Code, failure.Message), (there.Code, there.Message));
        Assert.Equal(ExitCode.Failed, ControlErrors.ToFailure(new RpcException(new Status(StatusCode.Unavailable, "gone"))).Code);
    }
}
