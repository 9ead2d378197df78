#!/usr/bin/env bash
# Builds what is installed: archives of both programs for each platform, Debian packages, SHA-256 sums and bills of materials, in artifacts/packages.
# The same sources give the same bytes. Needs the .NET SDK and, for the packages, dpkg-deb; a platform whose runtime cannot be restored is left out, and that is said.
# SYNC_NATIVE=no: with the runtime instead of machine code, in less time, for tests.
# Use: ./package.sh [PLATFORM...]    e.g. ./package.sh linux-x64     platforms: linux-x64 linux-arm64 linux-musl-x64 win-x64 osx-arm64
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 LC_ALL=C TZ=UTC
# The time of the commit: the same for everybody who builds it.
SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH
version="$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)"
out="$PWD/artifacts/packages"
work="$PWD/artifacts/package-work"
platforms=("$@")
((${#platforms[@]} > 0)) || platforms=(linux-x64 linux-arm64 linux-musl-x64 win-x64 osx-arm64)
umask 022

rm -rf "$work" "$out"
mkdir -p "$work/src" "$out"
# A copy, so that what is built for tests stays as it is. What is not committed goes along, what git ignores does not.
git ls-files -z --cached --others --exclude-standard src proto build docs Directory.Build.props Directory.Packages.props global.json .editorconfig README.md |
    while IFS= read -r -d '' file; do [[ -e $file ]] && printf '%s\0' "$file"; done | tar -c --null -T - | tar -x -C "$work/src"

publish() { # PROJECT PLATFORM DIRECTORY [PROPERTY...]
    local project=$1 platform=$2 directory=$3
    shift 3
    # Paths of the machine stay out of what is built.
    dotnet publish "$work/src/src/$project" -c Release -r "$platform" -o "$directory" -v quiet -nologo -p:RunAnalyzers=false -p:PathMap="$work/src=/sync" \
        -p:ContinuousIntegrationBuild=true -p:DebugType=none -p:IncludeSourceRevisionInInformationalVersion=false "$@" >>"$work/$platform.log" 2>&1
}

native() { # PLATFORM: whether programs for it are compiled to machine code here
    [[ ${SYNC_NATIVE:-yes} == yes && $1 == linux-x64 && $(uname -sm) == "Linux x86_64" ]] && command -v gcc >/dev/null
}

build() { # PLATFORM: both programs, and the host's web server, into WORK/PLATFORM/{sync-guest,sync-host}
    local platform=$1 kind=(-p:NativeAgents=false -p:SelfContained=true -p:PublishSingleFile=true -p:PublishTrimmed=true -p:PublishReadyToRun=false -p:NoWarn=IL2104%3BIL3053%3BIL2026)
    native "$platform" && kind=(-p:NativeAgents=true)
    # Quick, large, and not what is released.
    [[ ${SYNC_NATIVE:-yes} == yes ]] || kind=(-p:NativeAgents=false -p:SelfContained=true -p:PublishSingleFile=true -p:PublishReadyToRun=false)
    publish Sync.Guest "$platform" "$work/$platform/sync-guest" "${kind[@]}" &&
        publish Sync.Host "$platform" "$work/$platform/sync-host" "${kind[@]}" &&
        publish Sync.Web "$platform" "$work/$platform/sync-host/web" -p:SelfContained=true -p:PublishReadyToRun=false || return
    # The web server tells browsers when its files were made: when they were committed, not built.
    sed -i -E "s/(\"Name\":\"Last-Modified\",\"Value\":\")[^\"]*/\1$(date -u -d "@$SOURCE_DATE_EPOCH" '+%a, %d %b %Y %H:%M:%S GMT')/g" "$work/$platform/sync-host/web/"*.staticwebassets.endpoints.json
    find "$work/$platform" \( -name '*.dbg' -o -name '*.pdb' -o -name '*.dwarf' \) -delete
}

stamp() { # DIRECTORY: the same times and modes whoever builds
    find "$1" -type d -exec chmod 755 {} +
    find "$1" -type f ! -perm /111 -exec chmod 644 {} +
    find "$1" -type f -perm /111 -exec chmod 755 {} +
    find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

archive() { # PROGRAM PLATFORM
    local name="$1-$version-$2"
    mkdir -p "$work/archives"
    cp -r "$work/$2/$1" "$work/archives/$name"
    stamp "$work/archives/$name"
    tar -c --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu -C "$work/archives" "$name" | gzip -n -9 >"$out/$name.tar.gz"
    local project assets=() projects=(Sync.Guest)
    # The host's web server lies beside it.
    [[ $1 == sync-host ]] && projects=(Sync.Host Sync.Web)
    for project in "${projects[@]}"; do assets+=("$work/src/src/$project/obj/project.assets.json"); done
    python3 packaging/sbom.py "$1" "$version" "$SOURCE_DATE_EPOCH" "${assets[@]}" >"$out/$name.cdx.json"
}

deb() { # PROGRAM SUMMARY: from linux-x64
    local program=$1 summary=$2 tree="$work/deb/$1" installed="/usr/bin/$1" completion
    mkdir -p "$tree/DEBIAN" "$tree/usr/bin" "$tree/usr/lib/systemd/system" "$tree/usr/share/man/man1" "$tree/usr/share/doc/$program" "$tree/etc/default"
    if [[ $program == sync-host ]]; then
        # The web server is beside the program itself.
        mkdir -p "$tree/usr/lib/$program"
        cp -r "$work/linux-x64/$program/." "$tree/usr/lib/$program/"
        ln -s "../lib/$program/$program" "$tree/usr/bin/$program"
    else
        cp "$work/linux-x64/$program/$program" "$tree/usr/bin/$program"
    fi

    "$tree/usr/bin/$program" man | gzip -n -9 >"$tree/usr/share/man/man1/$program.1.gz"
    # The unit reads a file of settings that belongs to the package.
    "$tree/usr/bin/$program" service print --kind systemd --user sync-agent --executable "$installed" --state-directory "$program" --data "/var/lib/$program" |
        sed "s:^ExecStart=:EnvironmentFile=-/etc/default/$program\n&:" >"$tree/usr/lib/systemd/system/$program.service"
    sed -e "s/@PROGRAM@/$program/g" -e "$([[ $program == sync-host ]] && echo 's/^@HOST@//' || echo '/^@HOST@/d')" packaging/debian/defaults >"$tree/etc/default/$program"
    for completion in "bash usr/share/bash-completion/completions $program" "zsh usr/share/zsh/vendor-completions _$program" "fish usr/share/fish/vendor_completions.d $program.fish"; do
        # shellcheck disable=SC2086 # three words
        set -- $completion
        mkdir -p "$tree/$2"
        "$tree/usr/bin/$program" completions "$1" >"$tree/$2/$3"
    done
    for completion in postinst prerm postrm; do
        sed "s/@PROGRAM@/$program/g" "packaging/debian/$completion" >"$tree/DEBIAN/$completion"
        chmod 755 "$tree/DEBIAN/$completion"
    done
    echo "/etc/default/$program" >"$tree/DEBIAN/conffiles"
    cp "$out/$program-$version-linux-x64.cdx.json" "$tree/usr/share/doc/$program/"
    python3 packaging/copyright.py "$out/$program-$version-linux-x64.cdx.json" >"$tree/usr/share/doc/$program/copyright"
    stamp "$tree"
    cat >"$tree/DEBIAN/control" <<CONTROL
Package: $program
Version: $version
Architecture: amd64
Maintainer: Sync developers <sync@localhost>
Installed-Size: $(du -sk --apparent-size --exclude=DEBIAN "$tree" | cut -f1)
Depends: libc6 (>= 2.36), libssl3 | libssl3t64, adduser$([[ $program == sync-host ]] && echo ", libstdc++6")
Section: net
Priority: optional
Description: $summary
 Directories of a host and its virtual machines, containers and build agents
 are kept the same, both ways, as real local files.
CONTROL
    touch -d "@$SOURCE_DATE_EPOCH" "$tree/DEBIAN/control" "$tree/DEBIAN"
    dpkg-deb --root-owner-group -Zxz --threads-max=1 --build "$tree" "$out/${program}_${version}_amd64.deb" >/dev/null
}

main() {
    left_out=()
    for platform in "${platforms[@]}"; do
        echo "== $platform"
        if ! build "$platform"; then
            left_out+=("$platform")
            echo "$platform is left out: $(grep -m1 -oE 'error [A-Z]+[0-9]+: .*' "$work/$platform.log" || echo "see $work/$platform.log")" >&2
            continue
        fi
        archive sync-guest "$platform"
        archive sync-host "$platform"
    done
    if [[ -d $work/linux-x64/sync-host ]] && command -v dpkg-deb >/dev/null; then
        echo "== deb"
        deb sync-host "share directories with virtual machines, live (host)"
        deb sync-guest "keep directories the same as a host's (guest)"
    fi

    cd "$out"
    sha256sum -- * >SHA256SUMS
    ls -l --block-size=K | awk 'NR > 1 { print $5, $NF }'
    ((${#left_out[@]} < ${#platforms[@]})) || { echo "Nothing could be built." >&2; exit 1; }
    ((${#left_out[@]} == 0)) || echo "Left out: ${left_out[*]}"
}

# All of it is read before it begins: who edits this file while it runs changes the next run.
main
exit
