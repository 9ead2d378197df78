namespace Sync.Bench.Scale;

/// <summary>Figures at one number of files.</summary>
/// <param name="Files">Files of the tree.</param>
/// <param name="Directories">Its directories; both are entries.</param>
/// <param name="Bytes">In all files.</param>
/// <param name="FirstSync">Seconds from the host's start to the end of the guest's flush.</param>
/// <param name="Host">The host.</param>
/// <param name="Guest">The guest.</param>
internal sealed record FileRun(int Files, int Directories, long Bytes, double FirstSync, Side Host, Side Guest)
{
    public int Entries => Files + Directories;
}
