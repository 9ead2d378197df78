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
                fetch() {"{"} curl -fsSk --connect-timeout 10 --speed-limit 1 --speed-time 60 -o "$work/archive" "$url"; {"}"}
            elif command -v wget >/dev/null; then
                fetch() {"{"} wget -q --no-check-certificate -T 10 -O "$work/archive" "$url"; {"}"}
            else
                echo "sync-guest: neither curl nor wget is installed" >&2
                exit 1
            fi
            # The host may be away, or the network not there yet: ten minutes. An answer that is none (curl 22, wget 8) is not waited for.
            deadline=$(($(date +%s) + 600))
            until fetch; do
                code=$?
                if [ "$code" = 22 ] || [ "$code" = 8 ] || [ "$(date +%s)" -ge "$deadline" ]; then
                    echo "sync-guest: $url cannot be had" >&2
                    exit 1
                fi
                sleep 10
            done
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
        dir="$(cd "$dir" && pwd -P)"
        # Other directories may have been joined before this one.
        if ! grep -qsF "\"$dir\"" "$data/config.json"; then
            tries=0
            until echo {Quote(recipe.Token)} | "$prefix/sync-guest" join - "$dir" --name {Quote(recipe.Name)} --data "$data"; do
                code=$?
                # 5: the host cannot be reached, yet. Ten minutes.
                [ "$code" = 5 ] && [ "$tries" -lt 60 ] || exit "$code"
                tries=$((tries + 1))
                sleep 10
            done
        fi
        if [ "${"{"}SYNC_FOREGROUND:-{"}"}" = 1 ]; then
            exec "$prefix/sync-guest" run --data "$data"
        elif "$prefix/sync-guest" status --data "$data" >/dev/null 2>&1; then
            :
        elif [ -d /run/systemd/system ] && {"{"} [ "$(id -u)" = 0 ] || systemctl --user show-environment >/dev/null 2>&1; {"}"}; then
            "$prefix/sync-guest" service install --data "$data"
        else
            nohup "$prefix/sync-guest" run --data "$data" >"$data/run.log" 2>&1 &
        fi

        """;

    /// <summary>A word for a shell, whatever is in it.</summary>
    internal static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>A word within a comment's line.</summary>
    private static string Comment(string word) => new([.. word.Select(c => char.IsControl(c) ? '?' : c)]);
}
