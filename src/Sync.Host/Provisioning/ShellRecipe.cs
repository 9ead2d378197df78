namespace Sync.Host.Provisioning;

/// <summary>A recipe as a script for a POSIX shell; the other formats carry it. Pure.</summary>
internal static class ShellRecipe
{
    /// <summary>The script. Run again on a machine that has joined, it starts the agent and does no more.</summary>
    public static string Render(GuestRecipe recipe) => $"""
        #!/bin/sh
        # Makes this machine the guest {Comment(recipe.Name)} of share {Comment(recipe.Share)}. Holds a secret that is good once: keep it from others until it has run.
        # SYNC_PREFIX, SYNC_DATA, SYNC_DIR say where program, data and files go; with SYNC_FOREGROUND=1 the agent takes the script's place.
        set -eu
        url={Quote(recipe.Archive.AbsoluteUri)}
        sha256={recipe.Sha256}
        prefix="${"{"}SYNC_PREFIX:-/opt/sync-guest{"}"}"
        data="${"{"}SYNC_DATA:-/var/lib/sync-guest{"}"}"
        dir="${"{"}SYNC_DIR:-{"}"}"
        [ -n "$dir" ] || dir={Quote(recipe.Directory)}
        # Written last: power may go while files are unpacked.
        if [ ! -f "$prefix/.unpacked" ]; then
            work="$(mktemp -d)"
            trap 'rm -rf "$work"' EXIT
            # The host's certificate is its own; what comes is checked by its hash.
            if command -v curl >/dev/null; then
                curl -fsSk --retry 5 --retry-connrefused -o "$work/archive" "$url"
            elif command -v wget >/dev/null; then
                wget -q --no-check-certificate --tries=5 -O "$work/archive" "$url"
            else
                echo "sync-guest: neither curl nor wget is installed" >&2
                exit 1
            fi
            if ! echo "$sha256  $work/archive" | sha256sum -c - >/dev/null 2>&1; then
                echo "sync-guest: what $url gave is not what the host offered: its hash differs" >&2
                exit 1
            fi
            mkdir -p "$prefix"
            tar -xzf "$work/archive" -C "$prefix" --strip-components=1
            sync
            : >"$prefix/.unpacked"
            rm -rf "$work"
        fi
        mkdir -p "$dir"
        if [ ! -f "$data/config.json" ]; then
            echo {Quote(recipe.Token)} | "$prefix/sync-guest" join - "$dir" --name {Quote(recipe.Name)} --data "$data"
        fi
        if [ "${"{"}SYNC_FOREGROUND:-{"}"}" = 1 ]; then
            exec "$prefix/sync-guest" run --data "$data"
        elif [ -d /run/systemd/system ]; then
            "$prefix/sync-guest" service install --data "$data"
        elif ! "$prefix/sync-guest" status --data "$data" >/dev/null 2>&1; then
            nohup "$prefix/sync-guest" run --data "$data" >"$data/run.log" 2>&1 &
        fi

        """;

    /// <summary>A word for a shell, whatever is in it.</summary>
    internal static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>A word within a comment's line.</summary>
    private static string Comment(string word) => new([.. word.Select(c => char.IsControl(c) ? '?' : c)]);
}
