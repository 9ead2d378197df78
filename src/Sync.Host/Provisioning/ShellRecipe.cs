namespace Sync.Host.Provisioning;

/// <summary>A recipe as a script for a POSIX shell; the other formats carry it. Pure.</summary>
internal static class ShellRecipe
{
    /// <summary>The script. Run again on a machine that has joined, it starts the agent and does no more.</summary>
    public static string Render(GuestRecipe recipe) => $"""
        #!/bin/sh
        # Makes this machine the guest {Comment(recipe.Name)} of share {Comment(recipe.Share)}. Holds a secret that is good once: keep it from others until it has run.
        # SYNC_PREFIX, SYNC_DATA, SYNC_DIR say where program, data and files go, SYNC_USER whose they are and as whom the agent runs; with SYNC_FOREGROUND=1 the agent takes the script's place.
        set -eu
        # The agent's user reads the program.
        umask 022
        url={Quote(recipe.Archive.AbsoluteUri)}
        sha256={recipe.Sha256}
        prefix="${"{"}SYNC_PREFIX:-/opt/sync-guest{"}"}"
        data="${"{"}SYNC_DATA:-/var/lib/sync-guest{"}"}"
        dir="${"{"}SYNC_DIR:-{"}"}"
        [ -n "$dir" ] || dir={Quote(recipe.Directory)}
        user="${"{"}SYNC_USER:-{Comment(recipe.User ?? "")}{"}"}"
        if [ "$user" = "$(id -un)" ]; then
            user=
        elif [ -n "$user" ] && {"{"} [ "$(id -u)" != 0 ] || ! id -u -- "$user" >/dev/null 2>&1; {"}"}; then
            echo "sync-guest: only root can run it as $user, and that user must be there" >&2
            exit 1
        fi
        agent="$prefix/sync-guest"
        name={Quote(recipe.Name)}
        export agent name data dir
        # One command line in a shell of the user's. su keeps the environment, and is in every system.
        as_user() {"{"}
            if [ -n "$user" ]; then su -s /bin/sh "$user" -c "$1"; else sh -c "$1"; fi
        {"}"}
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
        if [ -n "$user" ]; then
            # Those that are made here are the user's; what is there has its owner.
            [ -d "$data" ] || {"{"} mkdir -p -m 700 "$data" && chown "$user:" "$data"; {"}"}
            [ -d "$dir" ] || {"{"} mkdir -p "$dir" && chown "$user:" "$dir"; {"}"}
        else
            mkdir -p "$dir"
        fi
        dir="$(cd "$dir" && pwd -P)"
        # Other directories may have been joined before this one.
        if ! grep -qsF "\"$dir\"" "$data/config.json"; then
            tries=0
            until echo {Quote(recipe.Token)} | as_user 'exec "$agent" join - "$dir" --name "$name" --data "$data"'; do
                code=$?
                # 5: the host cannot be reached, yet. Ten minutes.
                [ "$code" = 5 ] && [ "$tries" -lt 60 ] || exit "$code"
                tries=$((tries + 1))
                sleep 10
            done
        fi
        if [ "${"{"}SYNC_FOREGROUND:-{"}"}" = 1 ]; then
            [ -z "$user" ] || exec su -s /bin/sh "$user" -c 'exec "$agent" run --data "$data"'
            exec "$agent" run --data "$data"
        elif "$agent" status --data "$data" >/dev/null 2>&1; then
            :
        elif [ -d /run/systemd/system ] && {"{"} [ "$(id -u)" = 0 ] || systemctl --user show-environment >/dev/null 2>&1; {"}"}; then
            if [ -n "$user" ]; then "$agent" service install --user "$user" --data "$data"; else "$agent" service install --data "$data"; fi
        else
            # It outlives this shell, and whatever su leaves between them.
            trap '' HUP
            as_user 'exec "$agent" run --data "$data" >"$data/run.log" 2>&1' </dev/null &
        fi

        """;

    /// <summary>A word for a shell, whatever is in it.</summary>
    internal static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>A word within a comment's line.</summary>
    private static string Comment(string word) => new([.. word.Select(c => char.IsControl(c) ? '?' : c)]);
}
